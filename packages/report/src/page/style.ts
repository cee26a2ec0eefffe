/** How a report looks: light, dark, printed. */
export const STYLE = `
:root{color-scheme:light dark}
*{box-sizing:border-box;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif}
header,main,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}
h1{font-size:1.6rem;margin:1.2rem 0 .2rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.4rem 0 .6rem;padding-top:.4rem;border-top:1px solid #c8c8c8}
h3{font-size:1rem;margin:.6rem 0 .3rem;overflow-wrap:anywhere}
nav ol{columns:3 14rem;padding-left:1.5rem;margin:.5rem 0}
a{color:inherit}
p,ul{max-width:48rem}
figure{margin:0 0 1rem;break-inside:avoid;min-width:0}
figcaption,small{color:#595959;font-size:.875rem}
.map{display:block;max-width:100%;height:auto;background:#f3f3f3}
.pixels{image-rendering:pixelated}
.whole{display:grid;grid-template-columns:minmax(0,2fr) minmax(13rem,1fr);gap:1.5rem;align-items:start}
.whole .map{width:100%;max-height:90vh;object-fit:contain}
.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1.25rem}
.lone .map{max-width:min(100%,32rem)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.3rem}
.ramp{display:grid;grid-template-columns:1fr 1fr;font-size:.8rem;color:#595959;max-width:20rem;margin-top:.3rem}
.ramp svg{grid-column:1/3;width:100%}
.ramp span:last-child{text-align:right}
.legend{list-style:none;margin:0;padding:0;max-height:85vh;overflow:auto}
.legend li,.legend button{display:flex;gap:.5rem;align-items:center}
.legend button{width:100%;border:1px solid transparent;background:none;color:inherit;font:inherit;text-align:left;padding:.1rem .4rem;cursor:pointer;border-radius:4px}
.legend button:hover,.legend button[aria-pressed=true]{border-color:currentColor}
.legend .name{flex:1;overflow-wrap:anywhere;min-width:0}
.legend .share,td,dd{font-variant-numeric:tabular-nums}
.swatch{flex:none}
.verdict{border-left:.4rem solid #c8c8c8;padding:.3rem .8rem;background:#f3f3f3}
.green{border-color:#009e73}.amber{border-color:#e69f00}.red{border-color:#c3000f}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem;margin:1rem 0}
.facts div{display:flex;flex-direction:column-reverse;background:#f3f3f3;padding:.6rem .8rem;break-inside:avoid}
.facts dd{margin:0;font-size:1.4rem}
.facts dt{color:#595959;font-size:.875rem}
.scroll{overflow:auto;max-width:100%}
pre{background:#f3f3f3;padding:.7rem;font-size:.85rem;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:.9rem}
caption{text-align:left;color:#595959;padding:.2rem 0}
th,td{padding:.2rem .7rem .2rem 0;text-align:right;border-bottom:1px solid #c8c8c8;vertical-align:top}
th[scope=row],td:last-child{min-width:7rem;max-width:26rem;overflow-wrap:anywhere}
th[scope=row]{max-width:16rem}
#sections~.scroll :is(th,td){min-width:5rem}
th:first-child,td:last-child,th:last-child{text-align:left}
tr{break-inside:avoid}
.chart{max-width:100%;height:auto;display:block;margin:.3rem 0}
[data-off] path[data-type]{stroke-opacity:.08}
[data-off] path[data-on]{stroke-opacity:1}
@media screen and (prefers-color-scheme:dark){body{background:#121212;color:#e8e8e8}figcaption,small,caption,.ramp,.facts dt{color:#b4b4b4}.map,.verdict,.facts div,pre{background:#1e1e1e}h2,th,td{border-color:#4a4a4a}.verdict:not(.green,.amber,.red){border-color:#4a4a4a}}
@media (max-width:45rem){.whole{grid-template-columns:1fr}}
@media print{header,main,footer{max-width:none}nav{display:none}.legend{max-height:none;overflow:visible}.scroll{overflow:visible}.whole .map{max-height:60vh}h2{break-after:avoid}}
`;
