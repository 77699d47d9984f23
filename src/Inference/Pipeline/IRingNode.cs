using System.Threading.Channels;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>What a stage or a head does with its two links. Every call is made under the node's gate.</summary>
internal interface IRingNode
{
    /// <summary>The stage before has made a new link: what is expected from it next.</summary>
    byte[] InboundUp();

    /// <summary>A frame from the stage before. True where the node keeps the buffer, which it then disposes.</summary>
    /// <exception cref="BoundaryProtocolException">The frame cannot follow what came before it.</exception>
    bool Inbound(BoundaryFrame frame, OverlayFrame buffer);

    /// <summary>The link from the stage before is gone.</summary>
    void InboundDown();

    /// <summary>The link to the next stage stands: the frames that it is to carry.</summary>
    ChannelReader<byte[]> OutboundUp(Dictionary<SessionId, long> have);

    /// <summary>The link to the next stage is gone.</summary>
    void OutboundDown();

    /// <summary>A new map holds.</summary>
    void MapChanged(PipelineMap map);
}
