using MessagePack;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>What a node agent tells a guest that runs under it. A closed union; its numbers on the wire are never reused.</summary>
[Union(0, typeof(Pipeline)), Union(1, typeof(Finish)), Union(2, typeof(Stop)), Union(3, typeof(Heartbeat))]
public abstract record SiloMessage
{
    private SiloMessage() { }

    /// <summary>Who holds which stage now. Sent again whenever that changes.</summary>
    [MessagePackObject]
    public sealed record Pipeline : SiloMessage
    {
        /// <summary>Rises with every change.</summary>
        [Key(0)] public required long Generation { get; init; }

        /// <summary>One for each slot, in order of the slots.</summary>
        [Key(1)] public required StagePeerWire[] Stages { get; init; }

        /// <summary>The standbys of the stages that have one, in order of the slots, each of a later epoch than its stage; null for none. They may change while the generation does not.</summary>
        [Key(2)] public StagePeerWire[]? Standbys { get; init; }
    }

    /// <summary>To the head: take no new request, finish what runs (for at most 30 s), sign the report and send it.</summary>
    [MessagePackObject]
    public sealed record Finish : SiloMessage;

    /// <summary>Wipe everything and exit.</summary>
    [MessagePackObject]
    public sealed record Stop : SiloMessage;

    /// <summary>Sent every second.</summary>
    [MessagePackObject]
    public sealed record Heartbeat : SiloMessage;
}
