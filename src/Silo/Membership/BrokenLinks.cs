using System.Net;
using System.Threading.Channels;

namespace SwarmCompute.Silo.Membership;

/// <summary>Links to other silos that have just ended. When many end at once, each silo's link still comes up again at the next attempt to use it.</summary>
internal sealed class BrokenLinks
{
    private const int WaitingMax = 64;
    private readonly Channel<IPEndPoint> _links = Channel.CreateBounded<IPEndPoint>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Where the silos were whose links ended, in order.</summary>
    public ChannelReader<IPEndPoint> Ended => _links.Reader;

    /// <summary>Notes the end of a link that this silo had made.</summary>
    public void Note(EndPoint? silo)
    {
        if (silo is IPEndPoint endpoint) _links.Writer.TryWrite(endpoint);
    }
}
