namespace SwarmCompute.Inference;

/// <summary>Follows one answer through a grammar, token by token.</summary>
internal sealed class GrammarCursor
{
    private readonly TokenGrammar _grammar;
    private GrammarState _state;
    private GrammarWork _work = new();

    public GrammarCursor(TokenGrammar grammar, GrammarState begin) => (_grammar, _state) = (grammar, begin);

    /// <summary>Whether the answer is complete, and no token but one that ends it can follow.</summary>
    public bool IsFinished => _state.IsFinished;

    /// <summary>Begins the choice of a token: its work is counted from here.</summary>
    public void BeginStep() => _work = new();

    /// <summary>Whether a token may come next.</summary>
    /// <exception cref="GrammarException">The grammar is too ambiguous to tell.</exception>
    public bool Fits(int token) => _grammar.BytesOf(token) switch
    {
        null => _state.MayEnd,
        [] or [0, ..] => false,                                              // control tokens, which are no text; NUL, as in llama.cpp
        var bytes => _state.After(bytes, _work) is not null,
    };

    /// <summary>A token has come.</summary>
    /// <exception cref="GrammarException">It does not fit.</exception>
    public void Accept(int token)
    {
        BeginStep();
        _state = _grammar.BytesOf(token) is [> 0, ..] bytes && _state.After(bytes, _work) is { } next
            ? next
            : throw new GrammarException($"Token {token} does not fit the grammar.");
    }
}
