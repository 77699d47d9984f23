using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A grammar over the tokens of a model. Thread-safe; each answer follows it by a cursor of its own.</summary>
/// <param name="grammar">What the answer must be.</param>
/// <param name="tokenizer">Whose tokens.</param>
public sealed class TokenGrammar(Grammar grammar, ITokenizer tokenizer)
{
    private readonly ImmutableHashSet<int> _endTokens = [.. tokenizer.EndTokens];

    /// <summary>A cursor at the beginning of an answer.</summary>
    /// <exception cref="GrammarException">The grammar is too ambiguous already there.</exception>
    internal GrammarCursor Start() => new(this, GrammarState.Begin(grammar));

    /// <summary>The token's bytes; null where it ends the answer.</summary>
    internal byte[]? BytesOf(int token) => _endTokens.Contains(token) ? null : tokenizer.Decode(token);
}
