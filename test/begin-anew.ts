import { useNativeCodecs } from "../packages/stores/src/codecs/native-codecs.js";
import "./equal-bytes.js";

// As in a new process: none are used until a store is opened.
useNativeCodecs({});
