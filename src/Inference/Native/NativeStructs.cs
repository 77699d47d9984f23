using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>llama_model_params (llama.h, v0.5.0; 80 bytes on 64-bit machines). The layout changes between releases: <see cref="LlamaCpp"/> checks version and defaults.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct LlamaModelParams
{
    [FieldOffset(0)] public nint Devices;
    [FieldOffset(16)] public int GpuLayers;
    [FieldOffset(20)] public int SplitMode;
    [FieldOffset(24)] public int LoadMode;
    [FieldOffset(28)] public int LazyMode;
    [FieldOffset(64)] public nint KvOverrides;
    [FieldOffset(72)] public byte VocabOnly;
    [FieldOffset(73)] public byte CheckTensors;
    [FieldOffset(74)] public byte UseExtraBuffers;
}

/// <summary>llama_context_params (llama.h, v0.5.0; 160 bytes on 64-bit machines).</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal unsafe struct LlamaContextParams
{
    [FieldOffset(0)] public uint ContextTokens;
    [FieldOffset(4)] public uint BatchTokens;
    [FieldOffset(8)] public uint MicroBatchTokens;
    [FieldOffset(12)] public uint SequencesMax;
    [FieldOffset(28)] public int Threads;
    [FieldOffset(32)] public int ThreadsBatch;
    [FieldOffset(52)] public int FlashAttention;
    [FieldOffset(88)] public delegate* unmanaged[Cdecl]<byte*, byte, void*, byte> EvalCallback;
    [FieldOffset(96)] public void* EvalState;
    [FieldOffset(104)] public int TypeK;
    [FieldOffset(108)] public int TypeV;
    [FieldOffset(130)] public byte NoPerf;
    [FieldOffset(132)] public byte SwaFull;
    [FieldOffset(133)] public byte KvUnified;
}

/// <summary>llama_batch (llama.h, v0.5.0; 56 bytes on 64-bit machines).</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct LlamaBatch
{
    [FieldOffset(0)] public int Tokens;
    [FieldOffset(8)] public int* TokenIds;
    [FieldOffset(16)] public float* Embeddings;
    [FieldOffset(24)] public int* Positions;
    [FieldOffset(32)] public int* SequenceCounts;
    [FieldOffset(40)] public int** Sequences;
    [FieldOffset(48)] public sbyte* Outputs;
}

/// <summary>llama_chat_message (llama.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaChatMessage
{
    public byte* Role;
    public byte* Content;
}

/// <summary>Places in a ggml_tensor (ggml.h, v0.5.0; 336 bytes on 64-bit machines).</summary>
internal static class GgmlTensorLayout
{
    public const int Type = 0, Dimensions = 16, Strides = 48, Name = 256;
}

/// <summary>ggml_type_traits (ggml.h, v0.5.0; 56 bytes on 64-bit machines).</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct GgmlTypeTraits
{
    [FieldOffset(0)] public byte* TypeName;
    [FieldOffset(8)] public long BlockElements;
    [FieldOffset(24)] public nuint BlockBytes;
    [FieldOffset(40)] public delegate* unmanaged[Cdecl]<byte*, float*, long, void> ToFloat;
}
