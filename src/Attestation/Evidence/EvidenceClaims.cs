using System.Collections.Immutable;
using System.Formats.Cbor;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// What evidence is bound to, as a CBOR map beside it (Interoperable RA-TLS, CCC Attestation SIG): <c>pubkey-hash</c> and <c>nonce</c> as that
/// defines them, and three of our own. The bytes count, not their meaning: the report data is made from exactly these.
/// </summary>
public sealed record EvidenceClaims
{
    /// <summary>The most bytes of claims.</summary>
    public const int BytesMax = 4 * 1024;

    /// <summary>The most bytes of a context.</summary>
    public const int ContextBytesMax = 1024;

    private const string KeyMember = "pubkey-hash", NonceMember = "nonce", PurposeMember = "swarm-purpose", ContextMember = "swarm-context", DevicesMember = "swarm-devices";
    private const int Sha256Id = 1;                                          // Named Information Hash Algorithm Registry (RFC 6920, section 9.4)
    private const int NonceBytesMax = 64;

    /// <summary>SHA-256 of the SubjectPublicKeyInfo of the key that is vouched for.</summary>
    public required Hash32 KeyHash { get; init; }

    /// <summary>What the verifier asked with; empty where nobody asked (a certificate of somebody else's making).</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>What the evidence is for; null in certificates of somebody else's making, whose report data is SHA-256 of the claims.</summary>
    public AttestationPurpose? Purpose { get; init; }

    /// <summary>What the purpose needs: the lease (<see cref="LeaseContext"/>).</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>For each device that showed evidence, SHA-384 of its report ‖ chain.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Devices { get; init; } = [];

    /// <summary>The bytes of the map, in deterministic CBOR (RFC 8949, section 4.2.1).</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(1 + One(!Nonce.IsEmpty) + One(!Context.IsEmpty) + One(Purpose is not null) + One(!Devices.IsEmpty));
        writer.WriteTextString(KeyMember);
        writer.WriteByteString(WriteKeyHash(KeyHash));
        if (!Nonce.IsEmpty) WriteBytes(writer, NonceMember, Nonce);
        if (!Context.IsEmpty) WriteBytes(writer, ContextMember, Context);
        if (Purpose is { } purpose)
        {
            writer.WriteTextString(PurposeMember);
            writer.WriteUInt32((uint)purpose);
        }
        if (!Devices.IsEmpty)
        {
            writer.WriteTextString(DevicesMember);
            writer.WriteStartArray(Devices.Length);
            foreach (var device in Devices) writer.WriteByteString(device.Span);
            writer.WriteEndArray();
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads a map. Members that this version does not know are passed over: they are bound all the same.</summary>
    /// <returns>The claims; null where the bytes are not such a map.</returns>
    public static EvidenceClaims? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return null;
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Strict);
            var claims = Read(reader);
            return reader.BytesRemaining == 0 ? claims : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Binds evidence to these claims.</summary>
    /// <returns>The claims' bytes (<see cref="ToBytes"/>), which are shown beside the evidence, and the report data that the hardware is to sign.</returns>
    public (byte[] Bytes, byte[] ReportData) Bind()
    {
        var bytes = ToBytes();
        return (bytes, ReportDataOf(bytes));
    }

    /// <summary>What the hardware must have signed for these claims.</summary>
    /// <param name="bytes">The claims as they came.</param>
    internal byte[] ReportDataOf(ReadOnlySpan<byte> bytes)
    {
        if (Purpose is { } purpose && Nonce.Length == ReportData.NonceSize) return ReportData.Of(purpose, Nonce.Span, KeyHash, bytes);
        var data = new byte[ReportData.Size];
        SHA256.HashData(bytes, data);                                        // Interoperable RA-TLS: the rest is zero
        return data;
    }

    /// <summary>What claims name a device by.</summary>
    public static byte[] DigestOf(DeviceEvidence device)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        hash.AppendData(device.Report.Span);
        hash.AppendData(device.Chain.Span);
        return hash.GetHashAndReset();
    }

    private static EvidenceClaims? Read(CborReader reader)
    {
        Hash32? key = null;
        var claims = new EvidenceClaims { KeyHash = default };
        var count = reader.ReadStartMap();
        for (var i = 0; count is null ? reader.PeekState() != CborReaderState.EndMap : i < count; i++)
        {
            switch (reader.ReadTextString())
            {
                case KeyMember: key = ReadKeyHash(reader.ReadByteString()); break;
                case NonceMember: claims = claims with { Nonce = Bounded(reader.ReadByteString(), NonceBytesMax) }; break;
                case ContextMember: claims = claims with { Context = Bounded(reader.ReadByteString(), ContextBytesMax) }; break;
                case PurposeMember: claims = claims with { Purpose = ReadPurpose(reader.ReadUInt32()) }; break;
                case DevicesMember: claims = claims with { Devices = ReadDevices(reader) }; break;
                default: reader.SkipValue(); break;
            }
        }
        reader.ReadEndMap();
        return key is { } hash ? claims with { KeyHash = hash } : null;
    }

    private static AttestationPurpose ReadPurpose(uint value) =>
        value is (uint)AttestationPurpose.Lease or (uint)AttestationPurpose.Peer ? (AttestationPurpose)value : throw new CborContentException($"there is no purpose {value}");

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadDevices(CborReader reader)
    {
        var count = reader.ReadStartArray();
        if (count is null or > DeviceEvidence.CountMax) throw new CborContentException($"there are more than {DeviceEvidence.CountMax} devices");
        var devices = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count.Value);
        for (var i = 0; i < count; i++)
        {
            var digest = reader.ReadByteString();
            devices.Add(digest.Length == SHA384.HashSizeInBytes ? digest : throw new CborContentException("a device is no SHA-384"));
        }
        reader.ReadEndArray();
        return devices.MoveToImmutable();
    }

    private static int One(bool isThere) => isThere ? 1 : 0;

    private static byte[] WriteKeyHash(Hash32 hash)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(2);
        writer.WriteInt32(Sha256Id);
        writer.WriteByteString(hash.ToArray());
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static Hash32? ReadKeyHash(byte[] bytes)
    {
        var reader = new CborReader(bytes, CborConformanceMode.Strict);
        if (reader.ReadStartArray() != 2 || reader.ReadInt32() != Sha256Id || reader.ReadByteString() is not { Length: Hash32.Size } hash) return null;
        reader.ReadEndArray();
        return reader.BytesRemaining == 0 ? new Hash32(hash) : null;
    }

    private static byte[] Bounded(byte[] bytes, int max) => bytes.Length <= max ? bytes : throw new CborContentException($"a member has more than {max} bytes");

    private static void WriteBytes(CborWriter writer, string member, ReadOnlyMemory<byte> bytes)
    {
        writer.WriteTextString(member);
        writer.WriteByteString(bytes.Span);
    }
}
