using MessagePack;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>What a guest tells the node agent that it runs under. A closed union; its numbers on the wire are never reused.</summary>
[Union(0, typeof(Hello)), Union(1, typeof(StageReady)), Union(2, typeof(PeerLost)), Union(3, typeof(Heartbeat)), Union(4, typeof(Report)), Union(5, typeof(Failed)),
    Union(6, typeof(Checkpoint)), Union(7, typeof(StandbyLost))]
public abstract record GuestMessage
{
    private GuestMessage() { }

    /// <summary>The first message: who the guest is, and how it is reached.</summary>
    [MessagePackObject]
    public sealed record Hello : GuestMessage
    {
        /// <summary>The version of this protocol.</summary>
        [Key(0)] public int Version { get; init; } = GuestLinkProtocol.Version;

        /// <summary>The x of the guest's P-256 key: 32 bytes, big-endian.</summary>
        [Key(1)] public required byte[] KeyX { get; init; }

        /// <summary>The y of the guest's P-256 key: 32 bytes, big-endian.</summary>
        [Key(2)] public required byte[] KeyY { get; init; }

        /// <summary>The authority's signature over the lease, for the chain: 64 bytes r‖s.</summary>
        [Key(3)] public required byte[] LeaseSignature { get; init; }

        /// <summary>The guest's certificate, DER.</summary>
        [Key(4)] public required byte[] CertificateDer { get; init; }

        /// <summary>The authority's root certificate, DER.</summary>
        [Key(5)] public required byte[] AuthorityDer { get; init; }

        /// <summary>Where the stage before dials this one: HOST:PORT.</summary>
        [Key(6)] public required string OverlayEndpoint { get; init; }

        /// <summary>Where clients reach the head: https://HOST:PORT; null for other slots.</summary>
        [Key(7)] public string? ApiEndpoint { get; init; }

        /// <summary>What vouches for the guest, such as <c>development</c>.</summary>
        [Key(8)] public required string EvidenceType { get; init; }

        /// <summary>What was measured: 32 bytes.</summary>
        [Key(9)] public required byte[] Measurement { get; init; }

        /// <summary>The first layer and the number of layers of this stage; null while they are not known.</summary>
        [Key(10)] public int[]? Layers { get; init; }
    }

    /// <summary>The stage's layers are loaded and its link to the next stage of this map stands; for the head: the whole ring stands.</summary>
    [MessagePackObject]
    public sealed record StageReady : GuestMessage
    {
        /// <summary>The generation of the map.</summary>
        [Key(0)] public required long Generation { get; init; }
    }

    /// <summary>The link to the next stage broke.</summary>
    [MessagePackObject]
    public sealed record PeerLost : GuestMessage
    {
        /// <summary>The slot that does not answer.</summary>
        [Key(0)] public required int Slot { get; init; }

        /// <summary>The epoch that it had.</summary>
        [Key(1)] public required uint Epoch { get; init; }

        /// <summary>One line.</summary>
        [Key(2)] public required string Reason { get; init; }
    }

    /// <summary>Sent every second.</summary>
    [MessagePackObject]
    public sealed record Heartbeat : GuestMessage
    {
        /// <summary>Completion tokens that this head has served in total; 0 for other slots.</summary>
        [Key(0)] public required long CompletionTokens { get; init; }

        /// <summary>Sessions that are open now.</summary>
        [Key(1)] public required int OpenSessions { get; init; }

        /// <summary>The epoch of the standby that this stage hands over to; 0 for none.</summary>
        [Key(2)] public uint StandbyEpoch { get; init; }

        /// <summary>Finished frames that the standby was not sent yet; null while there is no link to it.</summary>
        [Key(3)] public int? StandbyLag { get; init; }

        /// <summary>How much longer the stage's calls take than their best ones did, in percent, where that has lasted; else 0.</summary>
        [Key(4)] public int SlowPercent { get; init; }

        /// <summary>Whether its layers are loaded.</summary>
        [Key(5)] public bool IsLoaded { get; init; }
    }

    /// <summary>The head's signed integrity report.</summary>
    [MessagePackObject]
    public sealed record Report : GuestMessage
    {
        /// <summary>The report file, as it is kept and published.</summary>
        [Key(0)] public required byte[] SignedReport { get; init; }

        /// <summary>SHA-256 of the report's canonical bytes.</summary>
        [Key(1)] public required byte[] ReportHash { get; init; }

        /// <summary>Completion tokens served.</summary>
        [Key(2)] public required long Units { get; init; }

        /// <summary>The head's signature over the usage statement: 64 bytes r‖s.</summary>
        [Key(3)] public required byte[] Signature { get; init; }
    }

    /// <summary>The head's signed word on what it has served so far: what is paid if it dies.</summary>
    [MessagePackObject]
    public sealed record Checkpoint : GuestMessage
    {
        /// <summary>Completion tokens served since its lease began.</summary>
        [Key(0)] public required long Units { get; init; }

        /// <summary>The head's signature over the checkpoint statement: 64 bytes r‖s.</summary>
        [Key(1)] public required byte[] Signature { get; init; }
    }

    /// <summary>The link to the standby broke.</summary>
    [MessagePackObject]
    public sealed record StandbyLost : GuestMessage
    {
        /// <summary>The standby's epoch.</summary>
        [Key(0)] public required uint Epoch { get; init; }

        /// <summary>One line.</summary>
        [Key(1)] public required string Reason { get; init; }
    }

    /// <summary>The guest cannot do its work, and exits.</summary>
    [MessagePackObject]
    public sealed record Failed : GuestMessage
    {
        /// <summary>One line.</summary>
        [Key(0)] public required string Reason { get; init; }
    }
}
