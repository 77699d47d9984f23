using MessagePack;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>One stage of a pipeline, on the wire.</summary>
[MessagePackObject]
public sealed record StagePeerWire
{
    /// <summary>The slot.</summary>
    [Key(0)] public required int Slot { get; init; }

    /// <summary>The epoch of the slot's lease.</summary>
    [Key(1)] public required uint Epoch { get; init; }

    /// <summary>Where the stage before dials it: HOST:PORT.</summary>
    [Key(2)] public required string OverlayEndpoint { get; init; }

    /// <summary>Its certificate, DER.</summary>
    [Key(3)] public required byte[] CertificateDer { get; init; }
}
