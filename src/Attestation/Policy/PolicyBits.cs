using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>Bits that have names. In a policy file they are a list of names; a bit that has none is <c>BIT_n</c>, and the whole may be given in hexadecimal too.</summary>
internal static class PolicyBits
{
    private const string Unnamed = "BIT_";

    /// <summary>Attributes of a trust domain, by Intel's names (Intel TDX Module Base Architecture Specification, "ATTRIBUTES").</summary>
    public static PolicyForm<ulong> TdAttributes { get; } = Of(
        ("DEBUG", 0), ("LASS", 27), ("SEPT_VE_DISABLE", 28), ("MIGRATABLE", 29), ("PKS", 30), ("KL", 31), ("PERFMON", 63));

    /// <summary>A guest's policy, by AMD's names (SEV-SNP Firmware ABI 56860, section 4.3).</summary>
    public static PolicyForm<ulong> GuestPolicy { get; } = Of(
        ("SMT", 16), ("MIGRATE_MA", 18), ("DEBUG", 19), ("SINGLE_SOCKET", 20), ("CXL_ALLOW", 21), ("MEM_AES_256_XTS", 22), ("RAPL_DIS", 23),
        ("CIPHERTEXT_HIDING", 24), ("PAGE_SWAP_DISABLE", 25));

    /// <summary>A platform's features, by AMD's names (SEV-SNP Firmware ABI 56860, section 7.3, PLATFORM_INFO).</summary>
    public static PolicyForm<ulong> PlatformInfo { get; } = Of(
        ("SMT", 0), ("TSME", 1), ("ECC", 2), ("RAPL_DIS", 3), ("CIPHERTEXT_HIDING", 4), ("ALIAS_CHECK_COMPLETE", 5), ("SEV_TIO", 7));

    private static PolicyForm<ulong> Of(params ImmutableArray<(string Name, int Bit)> known)
    {
        var name = PolicyForms.Text($"one of {string.Join(", ", known.Select(k => k.Name))}, or {Unnamed}0 to {Unnamed}63", text => BitOf(known, text) >= 0);
        var names = PolicyForms.Row(name);
        return new(
            $"{names.Cure}; or {PolicyForms.Bits.Cure}",
            (node, path) => node is JsonArray ? names.Read(node, path).Aggregate(0UL, (bits, text) => bits | 1UL << BitOf(known, text)) : PolicyForms.Bits.Read(node, path),
            bits => new JsonArray([.. Enumerable.Range(0, 64).Where(i => (bits >> i & 1) != 0).Select(i => JsonValue.Create(NameOf(known, i)))]));
    }

    private static int BitOf(ImmutableArray<(string Name, int Bit)> known, string text)
    {
        foreach (var (name, bit) in known)
            if (name == text) return bit;
        return text.StartsWith(Unnamed, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Unnamed.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 64 ? number : -1;
    }

    private static string NameOf(ImmutableArray<(string Name, int Bit)> known, int bit)
    {
        foreach (var (name, number) in known)
            if (number == bit) return name;
        return $"{Unnamed}{bit.ToString(CultureInfo.InvariantCulture)}";
    }
}
