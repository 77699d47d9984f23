using System.Collections.Immutable;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Loader;

/// <summary>What the engine holds for this guest, until the process ends.</summary>
/// <param name="Model">What the model's file says of the whole model.</param>
/// <param name="Ranges">The layers of every stage of the pipeline, in order of the slots.</param>
/// <param name="Kernel">This stage's layers.</param>
/// <param name="Tokenizer">The tokenizer, where this is the head.</param>
/// <param name="Embedding">The embedding, where this is the head.</param>
internal sealed record LoadedStage(
    GgufModelInfo Model, ImmutableArray<LayerRange> Ranges, IStageKernel Kernel, ITokenizer? Tokenizer, IEmbedding? Embedding);
