using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>
/// An SEV-SNP attestation report: 1184 bytes, little-endian (SEV-SNP Firmware ABI 56860, section 7.3, "ATTESTATION_REPORT Structure").
/// This type knows offsets only; whether the report is worth anything is for <see cref="SnpVerifier"/> to say.
/// </summary>
/// <param name="Bytes">The report.</param>
public sealed record SnpReport(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Bytes of a report.</summary>
    public const int Size = 1184;

    /// <summary>How many of them, from the start, are signed.</summary>
    public const int SignedSize = 0x2a0;

    /// <summary>The host asked for the report, not the guest (<see cref="Vmpl"/>).</summary>
    public const uint HostVmpl = 0xffff_ffff;

    /// <summary>Bytes of a chip's id.</summary>
    public const int ChipIdSize = 64;

    /// <summary>The version of the layout.</summary>
    public uint Version => U32(0);

    /// <summary>The guest's security version, from its ID block.</summary>
    public uint GuestSvn => U32(4);

    /// <summary>The guest's policy, all bits.</summary>
    public ulong Policy => U64(8);

    /// <summary>The least ABI version that the guest demands: major in the upper byte, minor in the lower.</summary>
    public ushort PolicyAbi => (ushort)(Policy & 0xffff);

    /// <summary>The guest's family id, from its ID block; without one the host chose it.</summary>
    public ReadOnlyMemory<byte> FamilyId => Bytes.Slice(0x10, 16);

    /// <summary>The guest's image id, from its ID block; without one the host chose it.</summary>
    public ReadOnlyMemory<byte> ImageId => Bytes.Slice(0x20, 16);

    /// <summary>The privilege level that asked: 0 the highest, 3 the lowest, or <see cref="HostVmpl"/>.</summary>
    public uint Vmpl => U32(0x30);

    /// <summary>The algorithm of the signature: 1 is ECDSA on P-384 with SHA-384.</summary>
    public uint SignatureAlgorithm => U32(0x34);

    /// <summary>What runs now.</summary>
    public SnpTcb CurrentTcb => new(U64(0x38));

    /// <summary>How the platform is set up.</summary>
    public SnpPlatformInfo PlatformInfo => (SnpPlatformInfo)U64(0x40);

    /// <summary>Which key signs; all bits.</summary>
    public uint KeyInfo => U32(0x48);

    /// <summary>Which key signs.</summary>
    public SnpKeyKind KeyKind => (SnpKeyKind)((KeyInfo >> 2) & 7);

    /// <summary>Whether an author key signed the ID key.</summary>
    public bool HasAuthorKey => (KeyInfo & 1) != 0;

    /// <summary>The 64 bytes that the guest had signed.</summary>
    public ReadOnlyMemory<byte> ReportData => Bytes.Slice(0x50, 64);

    /// <summary>The launch digest.</summary>
    public ReadOnlyMemory<byte> Measurement => Bytes.Slice(0x90, 48);

    /// <summary>What the host committed to at launch.</summary>
    public ReadOnlyMemory<byte> HostData => Bytes.Slice(0xc0, 32);

    /// <summary>The digest of the key that signed the ID block.</summary>
    public ReadOnlyMemory<byte> IdKeyDigest => Bytes.Slice(0xe0, 48);

    /// <summary>The digest of the key that signed the ID key.</summary>
    public ReadOnlyMemory<byte> AuthorKeyDigest => Bytes.Slice(0x110, 48);

    /// <summary>The guest's own id, new at each launch.</summary>
    public ReadOnlyMemory<byte> ReportId => Bytes.Slice(0x140, 32);

    /// <summary>The id of its migration agent; all ones where it has none.</summary>
    public ReadOnlyMemory<byte> ReportIdMa => Bytes.Slice(0x160, 32);

    /// <summary>The version that the signing key was derived for.</summary>
    public SnpTcb ReportedTcb => new(U64(0x180));

    /// <summary>The processor's family; from version 3 on.</summary>
    public byte CpuFamily => Bytes.Span[0x188];

    /// <summary>The processor's model; from version 3 on.</summary>
    public byte CpuModel => Bytes.Span[0x189];

    /// <summary>The processor's stepping; from version 3 on.</summary>
    public byte CpuStepping => Bytes.Span[0x18a];

    /// <summary>The chip's id; zeros where the platform hides it. Turin uses 8 bytes of it.</summary>
    public ReadOnlyMemory<byte> ChipId => Bytes.Slice(0x1a0, ChipIdSize);

    /// <summary>Below what the platform cannot go back.</summary>
    public SnpTcb CommittedTcb => new(U64(0x1e0));

    /// <summary>The firmware that runs now.</summary>
    public SnpFirmwareVersion CurrentVersion => FirmwareVersion(0x1e8);

    /// <summary>The firmware below which the platform cannot go back.</summary>
    public SnpFirmwareVersion CommittedVersion => FirmwareVersion(0x1ec);

    /// <summary>What ran when the guest was launched.</summary>
    public SnpTcb LaunchTcb => new(U64(0x1f0));

    /// <summary>The mitigations at launch; from version 5 on.</summary>
    public ulong LaunchMitigations => U64(0x1f8);

    /// <summary>The mitigations now; from version 5 on.</summary>
    public ulong CurrentMitigations => U64(0x200);

    /// <summary>Whether the platform hides the chip's id.</summary>
    public bool IsChipIdMasked => !ChipId.Span.ContainsAnyExcept((byte)0);

    /// <summary>Takes the bytes of a report; false where they are not as many.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out SnpReport? report)
    {
        report = bytes.Length == Size ? new SnpReport(bytes) : null;
        return report is not null;
    }

    /// <summary>The signature as r‖s, big-endian, 48 bytes each; false where a number is larger than the curve's.</summary>
    internal bool TryReadSignature(Span<byte> pair)
    {
        var signature = Bytes.Span[SignedSize..];
        for (var i = 0; i < 2; i++)
        {
            var number = signature.Slice(72 * i, 72);
            if (number[48..].ContainsAnyExcept((byte)0)) return false;
            number[..48].CopyTo(pair[(48 * i)..]);
            pair.Slice(48 * i, 48).Reverse();
        }
        return true;
    }

    private SnpFirmwareVersion FirmwareVersion(int at) => new(Bytes.Span[at + 2], Bytes.Span[at + 1], Bytes.Span[at]);

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.Span[at..]);

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes.Span[at..]);
}
