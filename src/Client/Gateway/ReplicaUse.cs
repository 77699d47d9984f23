using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Gateway;

/// <summary>One request at one replica, from the choice to its end.</summary>
internal sealed class ReplicaUse(Replicas replicas, Replica replica, Head head, CancellationToken headGone) : IDisposable
{
    private bool _isOver;

    public Replica Replica => replica;

    /// <summary>The head as of the choice.</summary>
    public Head Head => head;

    /// <summary>Cancelled when that head is replaced, or the order is over.</summary>
    public CancellationToken HeadGone => headGone;

    /// <summary>It answered.</summary>
    public void Answered() => replicas.Answered(replica);

    /// <summary>It did not take the request, or broke off.</summary>
    /// <param name="retryAfter">What it asked for; null where it did not say.</param>
    /// <param name="isBusy">Whether it said that it is busy.</param>
    public void Refused(TimeSpan? retryAfter, bool isBusy) => replicas.Refused(this, retryAfter, isBusy);

    public void Dispose()
    {
        if (_isOver) return;
        _isOver = true;
        replicas.End(replica);
    }
}
