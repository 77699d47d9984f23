namespace SwarmCompute.Attestation;

/// <summary>One link to a peer whose evidence was accepted, for as long as it lasts.</summary>
public sealed class PeerSession : IDisposable
{
    private readonly CancellationTokenSource _dropped = new();
    private readonly Action<PeerSession> _ended;

    internal PeerSession(PeerQuestion question, AttestationResult result, DateTimeOffset again, Action<PeerSession> ended)
    {
        (Question, Result, Again, _ended) = (question, result, again, ended);
        Dropped = _dropped.Token;
    }

    /// <summary>The verdict, as of the last time that it was reached.</summary>
    public AttestationResult Result { get; internal set; }

    /// <summary>Cancelled when the peer is no longer accepted: the link must end.</summary>
    public CancellationToken Dropped { get; }

    /// <summary>Why it was dropped; empty while it was not.</summary>
    public string Reason { get; private set; } = "";

    internal PeerQuestion Question { get; }

    internal DateTimeOffset Again { get; set; }

    /// <summary>Ends the watch; the link has ended.</summary>
    public void Dispose()
    {
        _ended(this);
        _dropped.Dispose();
    }

    internal void Drop(string reason)
    {
        Reason = reason;
        try
        {
            _dropped.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The link ended by itself meanwhile, which is what was wanted.
        }
    }
}
