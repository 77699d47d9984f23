namespace SwarmCompute.Inference;

/// <summary>
/// Room that a head has given and no session has taken yet: for each session its place among those that may be open, and its tokens of the
/// <see cref="KvBudget"/>. Its state is guarded by the ring's gate. To be disposed in the end: what is left of it goes back.
/// </summary>
internal sealed class SessionRoom(Action<SessionRoom> giveBack, int sessions, int tokens, bool embeds) : IDisposable
{
    /// <summary>Sessions that it is still for.</summary>
    public int Sessions { get; private set; } = sessions;

    /// <summary>Tokens of each.</summary>
    public int Tokens => tokens;

    /// <summary>Whether it is for a text.</summary>
    public bool Embeds => embeds;

    /// <summary>A session takes its part: so many tokens, which are its own from now on.</summary>
    /// <exception cref="InvalidOperationException">All of it is taken, or was given back.</exception>
    public int Take()
    {
        if (Sessions == 0) throw new InvalidOperationException("There is no room left for one session more.");
        Sessions--;
        return tokens;
    }

    /// <summary>What is left, which is nobody's any more.</summary>
    public int TakeAll()
    {
        var left = Sessions;
        Sessions = 0;
        return left;
    }

    public void Dispose() => giveBack(this);
}
