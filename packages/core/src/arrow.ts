import {
  Data,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  vectorFromArray,
} from "apache-arrow";

export { Data, Field, Float32, Float64, Int32, List, makeData, RecordBatch, Schema, Struct, vectorFromArray };
