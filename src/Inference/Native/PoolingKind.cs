namespace SwarmCompute.Inference;

/// <summary>How the final states of a text's tokens become one vector. The numbers are those of a GGUF file (llama.h, llama_pooling_type).</summary>
internal enum PoolingKind
{
    /// <summary>Their mean. Also where the file does not say.</summary>
    Mean = 1,

    /// <summary>The first token's state.</summary>
    First = 2,

    /// <summary>The last token's state.</summary>
    Last = 3,
}
