using System.Reflection;
using System.Text;
using CsCheck;

namespace SwarmCompute.Attestation.Tests;

public sealed class AttestationPolicyTests
{
    private static readonly string Digest = new('a', 96);

    /// <summary>Every setting of every record, but the parts themselves and what a guest says of its device.</summary>
    public static TheoryData<string> Settings => [.. Records().SelectMany(r => Writable(r.Part).Select(p => $"{r.Name}.{p.Name}"))];

    [Fact]
    public void What_is_written_is_read_again() => PolicyGen.Policy.Sample(policy =>
    {
        var bytes = policy.ToCanonicalBytes();
        var again = AttestationPolicy.Parse(bytes);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(again.ToCanonicalBytes()));
        Assert.Equal(policy.Hash, again.Hash);
    }, iter: 300);

    [Theory, MemberData(nameof(Settings))]
    public void A_file_can_say_every_setting(string name)
    {
        var (record, property) = (name.Split('.')[0], name.Split('.')[1]);
        var differ = false;
        PolicyGen.Policy.Sample(policy =>
        {
            var changed = With(record, property, policy);
            var again = AttestationPolicy.Parse(changed.ToCanonicalBytes(), AttestationPolicy.Strict);
            differ |= again.Hash != AttestationPolicy.Strict.Hash;
        }, iter: 12, threads: 1);
        Assert.True(differ, $"{name} is not in the file");
    }

    [Fact]
    public void An_empty_file_is_the_strict_default()
    {
        Assert.Equal(AttestationPolicy.Strict.Hash, Parse("{}").Hash);
        Assert.Equal(AttestationPolicy.Strict.Hash, Parse("{\"tdx\":{},\"snp\":{},\"nvidia\":{},\"cca\":{}}").Hash);
        Assert.NotEqual(AttestationPolicy.Strict.Hash, Parse("{\"types\":[\"tdx\"]}").Hash);
    }

    [Fact]
    public void What_may_be_anything_is_not_judged()
    {
        var read = Parse("""{"tdx":{"reportData":"any","advisories":"any"},"snp":{"chips":"any"},"nvidia":{"nonce":"any","protectedPcie":"any"},"cca":{"challenge":"any"}}""");
        Assert.Null(read.Intel.ReportData);
        Assert.Null(read.Intel.Advisories);
        Assert.Null(read.Snp.Chips);
        Assert.Null(read.Nvidia.Nonce);
        Assert.Null(read.Nvidia.ProtectedPcie);
        Assert.Null(read.Cca.Challenge);
    }

    [Fact]
    public void The_hash_does_not_depend_on_order_and_case()
    {
        var one = Parse($$$"""{"types":["tdx","sev-snp"],"snp":{"measurements":["{{{Digest}}}","{{{new string('0', 96)}}}"]},"tdx":{"tdAttributes":{"allowed":["PKS","SEPT_VE_DISABLE"]} } }""");
        var same = Parse($$$"""{"tdx":{"tdAttributes":{"allowed":"0x50000000"}},"snp":{"measurements":["{{{new string('0', 96)}}}","{{{Digest.ToUpperInvariant()}}}","{{{Digest}}}"]}}""");
        Assert.Equal(one.Hash, same.Hash);
    }

    [Fact]
    public void Bits_stand_by_the_vendors_names()
    {
        var read = Parse("""
            {"tdx":{"tdAttributes":{"required":["SEPT_VE_DISABLE","PERFMON"],"allowed":["SEPT_VE_DISABLE","PERFMON","BIT_5"]}},
             "snp":{"guestPolicy":{"forbidden":["SMT"]},"platform":{"required":["ECC","TSME"]}}}
            """);
        Assert.Equal(TdAttributes.SeptVeDisable | TdAttributes.PerformanceCounters | 1UL << 5, read.Intel.TdAttributesAllowed);
        Assert.Equal(SnpGuestPolicy.Smt, read.Snp.ForbiddenGuestPolicy);
        Assert.Equal(SnpPlatformInfo.Ecc | SnpPlatformInfo.Tsme, read.Snp.RequiredPlatform);
    }

    [Fact]
    public void Firmware_stands_by_line_and_component()
    {
        var read = Parse("""{"snp":{"minimumAbi":"1.55","minimumTcb":{"Genoa":{"bootloader":9,"snp":23,"microcode":72},"Turin":{"fmc":1,"snp":4}}}}""");
        Assert.Equal(0x0137, read.Snp.MinimumAbi);
        Assert.Equal(SnpTcb.Of(9, 0, 23, 72), read.Snp.MinimumTcb[SnpProductLine.Genoa]);
        Assert.Equal(SnpTcb.OfTurin(1, 0, 0, 4, 0), read.Snp.MinimumTcb[SnpProductLine.Turin]);
    }

    [Theory]
    [InlineData(1337ul, 1337ul, true), InlineData(31337ul, 31337ul, true), InlineData(1ul, 1ul, false), InlineData(31337ul, 1337ul, false), InlineData(31337ul, null, false)]
    public void Development_counts_only_on_the_development_chain(ulong chain, ulong? development, bool isAccepted)
    {
        var policy = Parse("{\"types\":[\"development\",\"tdx\"]}");
        Assert.Equal(isAccepted, policy.Accepts("development", chain, development));
        Assert.True(policy.Accepts("tdx", chain, development));
        Assert.False(policy.Accepts("sev-snp", chain, development));
        Assert.False(AttestationPolicy.Strict.Accepts("development", chain, development));
    }

    private static AttestationPolicy Parse(string text) => AttestationPolicy.Parse(Encoding.UTF8.GetBytes(text));

    private static IEnumerable<(string Name, Type Part)> Records() =>
        [("policy", typeof(AttestationPolicy)), ("Intel", typeof(IntelPolicy)), ("Snp", typeof(SnpPolicy)), ("Nvidia", typeof(NvidiaPolicy)), ("Cca", typeof(CcaPolicy))];

    private static IEnumerable<PropertyInfo> Writable(Type record) => record.GetProperties()
        .Where(p => p.CanWrite && p.PropertyType.Name is not (nameof(IntelPolicy) or nameof(SnpPolicy) or nameof(NvidiaPolicy) or nameof(CcaPolicy) or nameof(NvidiaDeviceState)));

    /// <summary>The strict policy with one setting of another; with what contradicts a default given room.</summary>
    private static AttestationPolicy With(string record, string property, AttestationPolicy other)
    {
        var strict = new AttestationPolicy
        {
            Intel = IntelPolicy.Default with { },
            Snp = SnpPolicy.Strict with { },
            Nvidia = AttestationPolicy.Strict.Nvidia with { },
            Cca = AttestationPolicy.Strict.Cca with { },
        };
        object target = record == "policy" ? strict : typeof(AttestationPolicy).GetProperty(record)!.GetValue(strict)!;
        object source = record == "policy" ? other : typeof(AttestationPolicy).GetProperty(record)!.GetValue(other)!;
        var setting = target.GetType().GetProperty(property)!;
        setting.SetValue(target, setting.GetValue(source) is ulong bits ? Room(property, bits) : setting.GetValue(source));
        return strict;
    }

    private static ulong Room(string property, ulong bits) => property switch
    {
        nameof(IntelPolicy.TdAttributesRequired) => bits & IntelPolicy.Default.TdAttributesAllowed,
        nameof(IntelPolicy.XfamRequired) => bits & IntelPolicy.Default.XfamAllowed,
        nameof(IntelPolicy.TdAttributesAllowed) => bits | IntelPolicy.Default.TdAttributesRequired,
        nameof(IntelPolicy.XfamAllowed) => bits | IntelPolicy.Default.XfamRequired,
        _ => bits,
    };
}
