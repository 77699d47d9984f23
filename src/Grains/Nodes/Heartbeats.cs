namespace SwarmCompute.Grains.Nodes;

/// <summary>
/// When each node was last heard. Silence counts only while others are heard: whoever hears nobody for <see cref="Outage"/> is itself cut off
/// (store, network, its own restart), and begins to count anew.
/// </summary>
internal sealed class Heartbeats(TimeProvider time)
{
    public static readonly TimeSpan Outage = TimeSpan.FromSeconds(3);

    private readonly Dictionary<NodeId, long> _heard = [];
    private long _begin = time.GetTimestamp();
    private long _anyone = time.GetTimestamp();

    public void Heard(NodeId node)
    {
        if (time.GetElapsedTime(_anyone) > Outage) _begin = time.GetTimestamp();
        _anyone = time.GetTimestamp();
        _heard[node] = _anyone;
    }

    public TimeSpan Silence(NodeId node)
    {
        if (time.GetElapsedTime(_anyone) > Outage) return TimeSpan.Zero;
        return time.GetElapsedTime(Math.Max(_begin, _heard.GetValueOrDefault(node, _begin)));
    }
}
