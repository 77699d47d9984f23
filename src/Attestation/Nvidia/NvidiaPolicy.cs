using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What an NVIDIA report must show. What is null is not judged.</summary>
/// <param name="Nonce">The 32 bytes that the report was asked with; null where the caller judges freshness.</param>
public sealed record NvidiaPolicy(ReadOnlyMemory<byte>? Nonce)
{
    /// <summary>The architectures that are allowed.</summary>
    public ImmutableArray<NvidiaArchitecture>? Architectures { get; init; }

    /// <summary>The driver versions that are allowed, such as <c>550.90.07</c>.</summary>
    public ImmutableArray<string>? Drivers { get; init; }

    /// <summary>The least driver version.</summary>
    public Version? DriverMinimum { get; init; }

    /// <summary>The VBIOS versions that are allowed, such as <c>96.00.9F.00.01</c>.</summary>
    public ImmutableArray<string>? Vbioses { get; init; }

    /// <summary>Whether several devices must be, or must not be, joined under protected PCIe.</summary>
    public bool? ProtectedPcie { get; init; }

    /// <summary>Blackwell's system enable status (opaque field 33, hexadecimal): the values that are allowed.</summary>
    public ImmutableArray<string>? SystemEnableStatuses { get; init; }

    /// <summary>What the measured guest says of the device; where it is given, the device must be confidential and closed to developers' tools.</summary>
    public NvidiaDeviceState? State { get; init; }

    /// <summary>Refuses where the measured guest says nothing of the device's state. False by default: only a guest can say it.</summary>
    public bool RequireState { get; init; }

    /// <summary>Accepts a device whose guest says that developers' tools may look into it.</summary>
    public bool AllowDebug { get; init; }

    /// <summary>Refuses a GPU's report that does not name its firmware (drivers before 550). True by default; NVSwitches never name theirs.</summary>
    public bool RequireFirmwareId { get; init; } = true;

    /// <summary>Refuses where an OCSP response is missing for a certificate that can be revoked. True by default.</summary>
    public bool RequireRevocation { get; init; } = true;

    /// <summary>Serial numbers of certificates that are refused, in lower-case hexadecimal without leading zeros.</summary>
    public ImmutableHashSet<string> DeniedSerials { get; init; } = [];

    /// <summary>How old an OCSP response may be that does not say when the next is due. 24 hours by default.</summary>
    public TimeSpan OcspAgeMax { get; init; } = TimeSpan.FromHours(24);
}
