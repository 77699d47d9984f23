namespace SwarmCompute.Trainer.Gguf;

/// <summary>Types of metadata values, numbered as in the GGUF format.</summary>
internal enum GgufValueType : uint
{
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
}

/// <summary>Types of tensors that are written here, numbered as in ggml.</summary>
internal enum GgufTensorType : uint
{
    F32 = 0,
    F16 = 1,
}
