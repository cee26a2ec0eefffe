-- Module file of Lmod. Install once, where all nodes see it:
--   npm install --global --prefix /software/flashdeconv/0.1.0 ./flashdeconv-0.1.0.tgz
local version = myModuleVersion()
local base = pathJoin("/software/flashdeconv", version)

whatis("flashdeconv " .. version .. ": cell types of spots in spatial transcriptomics")
depends_on("nodejs") -- 20.19 or later, under the name that it has on this cluster
prepend_path("PATH", pathJoin(base, "bin"))
