using System.Threading.Channels;

namespace SwarmCompute.Inference;

/// <summary>What is sent over a link that this process makes. Every call is made under the node's gate.</summary>
internal interface IOutboundNode
{
    /// <summary>The link stands: the frames that it is to carry, each released once it is sent.</summary>
    ChannelReader<FrameSlice> OutboundUp(Dictionary<SessionId, long> have);

    /// <summary>The link is gone.</summary>
    void OutboundDown();
}
