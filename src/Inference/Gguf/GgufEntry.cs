using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// One key of a GGUF file with its value. Scalars and short arrays of integers are read; of everything else (a tokenizer's
/// vocabulary) only the place in the file is kept.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Type">The value's type.</param>
/// <param name="ElementType">Type of an array's elements; the type itself for a scalar.</param>
/// <param name="Count">Elements of an array; 1 for a scalar.</param>
/// <param name="ValueAt">Where the value begins in the file, in bytes: after its type, an array's with its element type.</param>
/// <param name="ValueBytes">Length of the value in the file.</param>
internal sealed record GgufEntry(string Key, GgufValueType Type, GgufValueType ElementType, long Count, long ValueAt, long ValueBytes)
{
    /// <summary>The key of a tokenizer's vocabulary.</summary>
    public const string VocabularyKey = "tokenizer.ggml.tokens";

    /// <summary>Longest array of integers whose elements are read.</summary>
    public const int IntegersMax = 1024;

    /// <summary>The integers (or 0 and 1) of an integer or bool, or of a short array of them; else empty.</summary>
    public ImmutableArray<long> Integers { get; init; } = [];

    /// <summary>A float's value.</summary>
    public double? Number { get; init; }

    /// <summary>A string's text.</summary>
    public string? Text { get; init; }

    /// <summary>Of a vocabulary, whether every byte has a token of its own, such as &lt;0x41&gt; or A.</summary>
    public bool HasEveryByte { get; init; }
}
