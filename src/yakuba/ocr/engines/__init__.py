"""Reading engines: weight files and onnxruntime behind small interfaces."""
