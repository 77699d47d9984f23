using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection;
using static SwarmCompute.Guest.Tests.Collection.TsmCase;

namespace SwarmCompute.Guest.Tests.Collection;

public sealed class TsmCollectorTests
{
    [Theory]
    [InlineData("tdx_guest", "tdx")]
    [InlineData("sev_guest", "sev-snp")]
    [InlineData("arm_cca_guest", "cca")]
    public async Task Evidence_for_the_report_data_is_collected_under_the_driver_s_type(string driver, string type)
    {
        var kernel = new EmulatedTsm { Driver = driver };
        var evidence = await Collect(kernel);
        Assert.Equal((type, type), (evidence.Type, Collector(kernel).Type));
        Assert.Equal(EmulatedTsm.EvidenceFor(Bound), evidence.Document.ToArray());
        var (attribute, bytes) = Assert.Single(kernel.Written);
        Assert.Equal("inblob", attribute);
        Assert.Equal(Bound, bytes);
        Assert.Equal(0, kernel.Left);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public async Task Report_data_of_another_length_is_the_caller_s_fault(int length) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Collector(new EmulatedTsm()).Collect(new byte[length], TestContext.Current.CancellationToken));

    [Fact]
    public void A_driver_that_is_not_known_has_no_collector() =>
        Assert.Throws<ArgumentException>(() => Collector(new EmulatedTsm { Driver = "other_guest" }));

    [Fact]
    public async Task Every_collection_has_a_directory_of_its_own_that_nobody_can_guess()
    {
        var kernel = new EmulatedTsm();
        for (var i = 0; i < 50; i++) await Collect(kernel);
        Assert.Equal(50, kernel.Names.Distinct().Count());
        Assert.All(kernel.Names, name => Assert.Matches("^swarm-[0-9a-f]{32}$", name));
    }

    [Theory]
    [InlineData(null, "inblob")]
    [InlineData(0, "inblob")]
    [InlineData(2, "privlevel inblob")]
    [InlineData(3, "privlevel inblob")]
    public async Task The_privilege_level_is_raised_to_where_the_guest_may_speak(int? floor, string written)
    {
        var kernel = new EmulatedTsm { Floor = floor };
        await Collect(kernel);
        Assert.Equal(written, string.Join(' ', kernel.Written.Select(w => w.Attribute)));
        if (floor > 0) Assert.Equal((byte)('0' + floor), Assert.Single(kernel.Written[0].Bytes));
    }

    [Fact]
    public async Task A_privilege_level_that_does_not_exist_is_refused() =>
        Assert.Contains("the privilege level is at least 4", await Refused(new EmulatedTsm { Floor = 4 }), StringComparison.Ordinal);

    [Fact]
    public async Task A_driver_that_is_replaced_is_refused()
    {
        var kernel = new EmulatedTsm { Driver = "tdx_guest" };
        var collector = Collector(kernel);
        kernel.Driver = "sev_guest";
        var fault = await Assert.ThrowsAsync<GuestException>(() => collector.Collect(Bound, TestContext.Current.CancellationToken));
        Assert.Contains("another driver", fault.Message, StringComparison.Ordinal);
        Assert.Empty(kernel.Written);
    }

    [Theory]
    [InlineData(8 * 1024 + 1)]
    [InlineData(Evidence.DocumentBytesMax)]
    public async Task A_long_document_is_passed_on_as_it_is(int length)
    {
        byte[] token = [0xd8, 61, .. new byte[length - 2]];          // a CBOR Web Token (RFC 8392), as newer TDX modules give
        var evidence = await Collect(new EmulatedTsm { Driver = "tdx_guest", Sign = _ => token });
        Assert.Equal(token, evidence.Document.ToArray());
    }

    [Theory]
    [InlineData(0, "is empty")]
    [InlineData(Evidence.DocumentBytesMax + 1, "TooLarge")]
    public async Task A_document_that_is_empty_or_too_long_is_refused_at_once(int length, string why)
    {
        var kernel = new EmulatedTsm { Sign = _ => new byte[length] };
        Assert.Contains(why, await Refused(kernel), StringComparison.Ordinal);
        Assert.Single(kernel.Names);
        Assert.Equal(0, kernel.Left);
    }

    [Fact]
    public async Task The_host_s_certificates_come_along()
    {
        byte[] der = [0x30, 3, 2, 1, 5];
        byte[] vcek = Convert.FromHexString("63da758de6644564adc5f4b93be8accd");
        byte[] table = [.. vcek, 48, 0, 0, 0, 5, 0, 0, 0, .. new byte[24], .. der];
        var evidence = await Collect(new EmulatedTsm { Table = table });
        Assert.Equal(der, Assert.Single(evidence.Certificates).ToArray());
        Assert.Empty((await Collect(new EmulatedTsm { Driver = "tdx_guest", Table = table })).Certificates);
    }

    [Fact]
    public async Task No_table_or_a_broken_one_is_worth_as_little_as_none()
    {
        Assert.Empty((await Collect(new EmulatedTsm { Table = null })).Certificates);
        Assert.Empty((await Collect(new EmulatedTsm { Table = [1, 2, 3] })).Certificates);
        Assert.Empty((await Collect(new EmulatedTsm { Table = new byte[SnpCertificateTable.BytesMax + 1] })).Certificates);
    }
}
