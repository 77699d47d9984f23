using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>What a CCA platform says of itself (Realm Management Monitor specification 1.0, section A7.2.3; draft-ffm-rats-cca-token).</summary>
internal sealed record CcaPlatformClaims(
    string Profile, byte[] Challenge, string Implementation, string Instance, string Configuration, ushort Lifecycle, string HashAlgorithm,
    ImmutableArray<CcaComponent> Components)
{
    /// <summary>The profile of the specification's first edition.</summary>
    public const string LegacyProfile = "http://arm.com/CCA-SSD/1.0.0";

    /// <summary>The profile of the draft.</summary>
    public const string DraftProfile = "tag:arm.com,2023:cca_platform#1.0.0";

    private const int ComponentsMax = 64;

    /// <summary>The lifecycle's high byte where debugging is closed and the keys are the maker's.</summary>
    public bool IsSecured => Lifecycle >> 8 == 0x30;

    /// <summary>Reads the claims; null, and why, where one is missing or has another form.</summary>
    public static CcaPlatformClaims? Read(byte[] payload, out string fault)
    {
        if (CborDocument.Read(payload, out fault) is not { } document) return null;
        fault = "a claim is missing or has another form than its profile says";
        if (document is not CborNode.Map map) return null;
        if (map[265] is not CborNode.Text { Value: LegacyProfile or DraftProfile } profile)
        {
            fault = "its profile is not known";
            return null;
        }
        if (map[10] is not CborNode.Bytes { Value.Length: 32 or 48 or 64 } challenge) return null;
        if (map[2396] is not CborNode.Bytes { Value.Length: 32 } implementation) return null;
        if (map[256] is not CborNode.Bytes { Value: { Length: 33 } and [1, ..] } instance) return null;
        if (map[2401] is not CborNode.Bytes configuration) return null;
        if (map[2395] is not CborNode.Integer { Value: >= 0 and <= ushort.MaxValue } lifecycle) return null;
        if (map[2402] is not CborNode.Text { Value: "sha-256" or "sha-384" or "sha-512" } algorithm) return null;
        if (map[2399] is not CborNode.Items { Values.Length: > 0 and <= ComponentsMax } list) return null;
        var components = list.Values.Select(Component).ToList();
        if (components.Contains(null)) return null;
        fault = "";
        return new(profile.Value, challenge.Value, Hex(implementation), Hex(instance), Hex(configuration), (ushort)lifecycle.Value, algorithm.Value, [.. components!]);
    }

    /// <summary>The lifecycle as the specification writes it.</summary>
    public string LifecycleText => "0x" + Lifecycle.ToString("x4", CultureInfo.InvariantCulture);

    private static CcaComponent? Component(CborNode node)
    {
        if (node is not CborNode.Map map) return null;
        if (map[2] is not CborNode.Bytes { Value.Length: 32 or 48 or 64 } value) return null;
        if (map[5] is not CborNode.Bytes { Value.Length: 32 or 48 or 64 } signer) return null;
        if (map[1] is not (null or CborNode.Text { Value.Length: <= 64 }) || map[4] is not (null or CborNode.Text { Value.Length: <= 64 })) return null;
        return new((map[1] as CborNode.Text)?.Value, Hex(value), Hex(signer)) { Version = (map[4] as CborNode.Text)?.Value };
    }

    private static string Hex(CborNode.Bytes bytes) => Convert.ToHexStringLower(bytes.Value);
}
