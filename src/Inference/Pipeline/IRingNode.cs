using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>What a stage or a head does with its links. Every call is made under the node's gate.</summary>
internal interface IRingNode : IOutboundNode
{
    /// <summary>The stage before has made a new link: what is expected from it next.</summary>
    byte[] InboundUp();

    /// <summary>A frame from the stage before. True where the node took the bytes out of the buffer: they are its own then, to be disposed.</summary>
    /// <exception cref="BoundaryProtocolException">The frame cannot follow what came before it.</exception>
    bool Inbound(BoundaryFrame frame, OverlayFrame buffer);

    /// <summary>The link from the stage before is gone.</summary>
    void InboundDown();

    /// <summary>The holder of this node's slot, whose standby it is, has made a link: what it holds is begun anew. Null, or why it cannot follow.</summary>
    string? FollowUp();

    /// <summary>A frame of the holder. The next one is read only once this one is taken; the node took the bytes out of the buffer then.</summary>
    /// <exception cref="BoundaryProtocolException">The frame cannot follow what came before it, or does not fit.</exception>
    Task Follow(BoundaryFrame frame, OverlayFrame buffer);

    /// <summary>A new map holds.</summary>
    void MapChanged(PipelineMap map);
}
