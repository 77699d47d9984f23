using System.Formats.Cbor;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Mints CCA tokens under test keys; each member is one thing that a token may say or an attacker may change.</summary>
internal sealed class CcaMint : IDisposable
{
    public const long Es256 = -7, Es384 = -35, Es512 = -36;

    public ECDsa PlatformKey { get; init; } = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    public ECDsa RealmKey { get; init; } = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    public ulong Tag { get; init; } = 399;
    public ulong SignTag { get; init; } = 18;
    public bool Draft { get; init; }
    public ushort Lifecycle { get; init; } = 0x3003;
    public string KeyHash { get; init; } = "sha-256";
    public long? PlatformAlgorithm { get; init; }
    public byte[] Challenge { get; init; } = [.. Enumerable.Repeat((byte)0xAB, 64)];
    public byte[] Initial { get; init; } = [.. Enumerable.Repeat((byte)0x11, 32)];
    public byte[]? PlatformChallenge { get; init; }
    public byte[]? RealmKeyClaim { get; init; }
    public string? PlatformProfile { get; init; }
    public string? RealmProfile { get; init; }
    public Action<CborWriter>? Unprotected { get; init; }
    public Action<CborWriter>? Protected { get; init; }
    public long? Without { get; init; }

    public string PlatformPem => PlatformKey.ExportSubjectPublicKeyInfoPem();

    public CcaKeys Keys => new([CcaKey.Parse(PlatformPem)]);

    public byte[] Token() => Collection(Platform(), Realm());

    public byte[] Platform() => Sign(PlatformKey, PlatformClaims());

    public byte[] Realm() => Sign(RealmKey, RealmClaims());

    public byte[] Collection(byte[] platform, byte[] realm) => Write(w =>
    {
        w.WriteTag((CborTag)Tag);
        w.WriteStartMap(2);
        foreach (var (key, entry) in new[] { (44234, platform), (44241, realm) })
        {
            w.WriteInt32(key);
            if (Tag == 907)
            {
                w.WriteStartArray(2);
                w.WriteInt32(263);
            }
            w.WriteByteString(entry);
            if (Tag == 907) w.WriteEndArray();
        }
        w.WriteEndMap();
    });

    public byte[] KeyClaim()
    {
        if (RealmKeyClaim is { } given) return given;
        var q = RealmKey.ExportParameters(false).Q;
        return !Draft ? [4, .. q.X!, .. q.Y!] : Write(w =>
        {
            w.WriteStartMap(4);
            w.WriteInt32(1); w.WriteInt32(2);
            w.WriteInt32(-1); w.WriteInt32(RealmKey.KeySize switch { 256 => 1, 384 => 2, _ => 3 });
            w.WriteInt32(-2); w.WriteByteString(q.X!);
            w.WriteInt32(-3); w.WriteByteString(q.Y!);
            w.WriteEndMap();
        });
    }

    public static byte[] Write(Action<CborWriter> write)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        write(writer);
        return writer.Encode();
    }

    public void Dispose()
    {
        PlatformKey.Dispose();
        RealmKey.Dispose();
    }

    private byte[] PlatformClaims() => Claims(new()
    {
        [265] = w => w.WriteTextString(PlatformProfile ?? (Draft ? "tag:arm.com,2023:cca_platform#1.0.0" : "http://arm.com/CCA-SSD/1.0.0")),
        [10] = w => w.WriteByteString(PlatformChallenge ?? Hash(KeyClaim())),
        [2396] = w => w.WriteByteString(new byte[32]),
        [256] = w => w.WriteByteString([1, .. Enumerable.Repeat((byte)2, 32)]),
        [2401] = w => w.WriteByteString([0xCF, 0xCF]),
        [2395] = w => w.WriteInt32(Lifecycle),
        [2402] = w => w.WriteTextString("sha-256"),
        [2399] = w =>
        {
            w.WriteStartArray(2);
            foreach (var type in new[] { "BL", "RMM" })
            {
                w.WriteStartMap(4);
                w.WriteInt32(1); w.WriteTextString(type);
                w.WriteInt32(2); w.WriteByteString(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(type)));
                w.WriteInt32(4); w.WriteTextString("1.2");
                w.WriteInt32(5); w.WriteByteString(new byte[32]);
                w.WriteEndMap();
            }
            w.WriteEndArray();
        },
        [2400] = w => w.WriteTextString("https://verifier.example"),
    });

    private byte[] RealmClaims()
    {
        Dictionary<int, Action<CborWriter>> claims = new()
        {
            [10] = w => w.WriteByteString(Challenge),
            [44235] = w => w.WriteByteString(new byte[64]),
            [44238] = w => w.WriteByteString(Initial),
            [44239] = w =>
            {
                w.WriteStartArray(4);
                for (var i = 0; i < 4; i++) w.WriteByteString(new byte[32]);
                w.WriteEndArray();
            },
            [44236] = w => w.WriteTextString("sha-256"),
            [44237] = w => w.WriteByteString(KeyClaim()),
            [44240] = w => w.WriteTextString(KeyHash),
        };
        if (Draft || RealmProfile is not null) claims[265] = w => w.WriteTextString(RealmProfile ?? "tag:arm.com,2023:realm#1.0.0");
        return Claims(claims);
    }

    private byte[] Claims(Dictionary<int, Action<CborWriter>> claims) => Write(w =>
    {
        if (Without is { } gone) claims.Remove((int)gone);
        w.WriteStartMap(claims.Count);
        foreach (var (key, value) in claims)
        {
            w.WriteInt32(key);
            value(w);
        }
        w.WriteEndMap();
    });

    private byte[] Hash(byte[] data) => KeyHash switch { "sha-256" => SHA256.HashData(data), "sha-384" => SHA384.HashData(data), _ => SHA512.HashData(data) };

    private byte[] Sign(ECDsa key, byte[] payload)
    {
        var algorithm = (key == PlatformKey ? PlatformAlgorithm : null) ?? (key.KeySize switch { 256 => Es256, 384 => Es384, _ => Es512 });
        var header = Write(Protected ?? (w =>
        {
            w.WriteStartMap(1);
            w.WriteInt32(1);
            w.WriteInt64(algorithm);
            w.WriteEndMap();
        }));
        var signed = Write(w =>
        {
            w.WriteStartArray(4);
            w.WriteTextString("Signature1");
            w.WriteByteString(header);
            w.WriteByteString([]);
            w.WriteByteString(payload);
            w.WriteEndArray();
        });
        var hash = key.KeySize switch { 256 => HashAlgorithmName.SHA256, 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        return Write(w =>
        {
            w.WriteTag((CborTag)SignTag);
            w.WriteStartArray(4);
            w.WriteByteString(header);
            if (Unprotected is null)
            {
                w.WriteStartMap(0);
                w.WriteEndMap();
            }
            else Unprotected(w);
            w.WriteByteString(payload);
            w.WriteByteString(key.SignData(signed, hash));
            w.WriteEndArray();
        });
    }
}
