namespace SwarmCompute.Attestation.Tests;

public sealed class IntelPlatformTests
{
    private static readonly string Ppid = new('a', 32), Instance = new('b', 32), Other = new('c', 32);

    [Fact]
    public void A_platform_is_allowed_by_either_of_its_names()
    {
        Assert.Equal("", Codes(IntelPolicy.Default with { Platforms = [Other, Ppid.ToUpperInvariant()] }));
        Assert.Equal("", Codes(IntelPolicy.Default with { Platforms = [Instance] }));
        Assert.Equal("intel.platform.not-allowed", Codes(IntelPolicy.Default with { Platforms = [Other] }));
        Assert.Equal("intel.platform.not-allowed", Codes(IntelPolicy.Default with { Platforms = [] }));
    }

    [Fact]
    public void A_platform_is_denied_by_either_of_its_names()
    {
        Assert.Equal("", Codes(IntelPolicy.Default with { DeniedPlatforms = [Other] }));
        Assert.Equal("intel.platform.denied", Codes(IntelPolicy.Default with { DeniedPlatforms = [Ppid] }));
        Assert.Equal("intel.platform.denied", Codes(IntelPolicy.Default with { DeniedPlatforms = [Other, Instance.ToUpperInvariant()] }));
        Assert.Equal("intel.platform.denied", Codes(IntelPolicy.Default with { Platforms = [Ppid], DeniedPlatforms = [Instance] }));
    }

    [Fact]
    public void A_quote_whose_platform_nobody_certified_is_on_no_list()
    {
        var subject = Subject();
        subject.CertificationType = 2;
        var result = subject.Verify(IntelPolicy.Default with { Platforms = [Ppid] });
        Assert.Contains(result.Checks, c => c.Code == "intel.platform.not-allowed");
    }

    private static IntelCase Subject()
    {
        var subject = new IntelCase();
        (subject.Pck.Ppid, subject.Pck.PlatformInstanceId) = (Convert.FromHexString(Ppid), Convert.FromHexString(Instance));
        return subject;
    }

    private static string Codes(IntelPolicy policy) => string.Join(' ', Subject().Verify(policy).Checks.Where(c => !c.Passed).Select(c => c.Code));
}
