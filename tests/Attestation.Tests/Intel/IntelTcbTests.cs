using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Which level counts, and what becomes of several statuses: the word of Intel's Quote Verification Library.</summary>
public sealed class IntelTcbTests
{
    private static readonly IntelTcbStatus[] Legal =
    [
        IntelTcbStatus.UpToDate, IntelTcbStatus.SWHardeningNeeded, IntelTcbStatus.ConfigurationNeeded, IntelTcbStatus.ConfigurationAndSWHardeningNeeded,
        IntelTcbStatus.OutOfDate, IntelTcbStatus.OutOfDateConfigurationNeeded, IntelTcbStatus.Revoked,
    ];

    [Theory]
    [InlineData("UpToDate", "OutOfDate"), InlineData("SWHardeningNeeded", "OutOfDate"), InlineData("ConfigurationNeeded", "OutOfDateConfigurationNeeded")]
    [InlineData("ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded"), InlineData("OutOfDate", "OutOfDate")]
    [InlineData("OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded"), InlineData("Revoked", "Revoked")]
    public void An_old_part_makes_a_platform_old_and_a_current_one_changes_nothing(string platform, string withOldPart)
    {
        var status = Enum.Parse<IntelTcbStatus>(platform);
        Assert.Equal(withOldPart, IntelTcb.Converge(status, IntelTcbStatus.OutOfDate).ToString());
        Assert.Equal(status, IntelTcb.Converge(status, IntelTcbStatus.UpToDate));
        Assert.Equal(IntelTcbStatus.Revoked, IntelTcb.Converge(status, IntelTcbStatus.Revoked));
        Assert.Equal(IntelTcbStatus.NotSupported, IntelTcb.Converge(status, IntelTcbStatus.NotSupported));
    }

    [Fact]
    public void A_launch_that_was_not_old_keeps_its_status_whatever_the_platform_is_now()
    {
        foreach (var launch in Legal.Where(l => !IntelTcb.IsOld(l)))
            foreach (var current in Legal.Where(c => c != IntelTcbStatus.Revoked)) Assert.Equal(launch, IntelTcb.Relaunch(launch, current));
    }

    [Theory]
    [InlineData("OutOfDate", "UpToDate", "TDRelaunchAdvised"), InlineData("OutOfDate", "SWHardeningNeeded", "TDRelaunchAdvised")]
    [InlineData("OutOfDate", "ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded"), InlineData("OutOfDateConfigurationNeeded", "UpToDate", "TDRelaunchAdvisedConfigurationNeeded")]
    [InlineData("OutOfDate", "ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvisedConfigurationNeeded"), InlineData("OutOfDate", "OutOfDate", "OutOfDate")]
    [InlineData("OutOfDateConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"), InlineData("OutOfDate", "OutOfDateConfigurationNeeded", "OutOfDate")]
    [InlineData("OutOfDate", "Revoked", "Revoked"), InlineData("UpToDate", "NotSupported", "NotSupported"), InlineData("NotSupported", "UpToDate", "NotSupported")]
    public void A_launch_that_was_old_should_be_repeated_where_the_platform_is_current(string launch, string current, string due) =>
        Assert.Equal(due, IntelTcb.Relaunch(Enum.Parse<IntelTcbStatus>(launch), Enum.Parse<IntelTcbStatus>(current)).ToString());

    [Fact]
    public void A_platform_that_became_old_keeps_Intels_status_and_the_policy_refuses_it()
    {
        var subject = new IntelCase(5, 3);
        subject.Body[584] = 5;
        var result = subject.Verify();
        Assert.Equal(("UpToDate", "intel.tcb.current-status"), (result.Status, Codes(result)));
        Assert.Equal("", subject.Verify(IntelPolicy.Default with { Statuses = [IntelTcbStatus.UpToDate, IntelTcbStatus.OutOfDate] }).Why);
    }

    [Fact]
    public void A_module_with_a_version_is_judged_by_its_own_levels_and_not_by_the_platforms_first_two_components()
    {
        var subject = new IntelCase();
        subject.Body[0] = 4;
        Assert.Equal(["quoting-enclave UpToDate", "platform UpToDate", "module OutOfDate"], subject.Verify().Statuses);
    }

    [Theory]
    [InlineData(5, 3, "UpToDate"), InlineData(4, 3, "NotSupported"), InlineData(5, 2, "ConfigurationAndSWHardeningNeeded")]
    public void A_module_without_a_version_is_judged_by_all_components(byte first, byte third, string status)
    {
        var subject = new IntelCase();
        (subject.Body[0], subject.Body[1], subject.Body[2]) = (first, 0, third);
        Assert.Equal(status, subject.Verify().Status);
    }

    [Theory]
    [InlineData("TDX_0A", true), InlineData("TDX_0a", true), InlineData("TDX_10", false), InlineData("TDX_A", false)]
    public void A_module_is_found_by_its_version_in_two_hexadecimal_digits(string id, bool found)
    {
        var subject = new IntelCase();
        subject.Body[1] = 10;
        subject.TcbInfo["tdxModuleIdentities"]![0]!["id"] = id;
        Assert.Equal(found ? "" : "intel.tcb.unsupported intel.module.unknown", Codes(subject.Verify()));
    }

    [Fact]
    public void Levels_count_from_the_highest_in_whatever_order_they_come()
    {
        var subject = new IntelCase();
        Reverse(subject.TcbInfo);
        Reverse(subject.TcbInfo["tdxModuleIdentities"]![0]!.AsObject());
        Reverse(subject.QeIdentity);
        Assert.Equal("", subject.Verify().Why);
    }

    [Fact]
    public void A_level_that_comes_twice_is_refused()
    {
        var subject = new IntelCase();
        subject.TcbInfo["tcbLevels"]!.AsArray().Add(subject.TcbInfo["tcbLevels"]![0]!.DeepClone());
        subject.QeIdentity["tcbLevels"]!.AsArray().Add(subject.QeIdentity["tcbLevels"]![2]!.DeepClone());
        Assert.Equal("intel.tcb-info.malformed intel.qe-identity.malformed", Codes(subject.Verify()));
    }

    [Fact]
    public void Bits_outside_of_the_masks_of_the_identity_do_not_count()
    {
        var subject = new IntelCase { QeIdentity = { ["miscselectMask"] = "00FFFFFF" } };
        (subject.QeReport[16], subject.QeReport[48 + 8]) = (1, 0xe7);
        Assert.Equal("", subject.Verify().Why);
        subject.QeReport[19] = 1;
        Assert.Equal("intel.qe.misc-select", Codes(subject.Verify()));
    }

    [Fact]
    public void The_earliest_date_and_the_advisories_of_all_parts_are_told()
    {
        var subject = new IntelCase();
        subject.Pck.Components[1] = 1;
        (subject.QeReport[258], subject.Body[0]) = (5, 4);
        subject.QeIdentity["tcbLevels"]![1]!["advisoryIDs"] = new JsonArray("INTEL-SA-00003", "INTEL-SA-00002");
        subject.TcbInfo["tdxModuleIdentities"]![0]!["tcbLevels"]![1]!["advisoryIDs"] = new JsonArray("INTEL-SA-00001");
        subject.TcbInfo["tdxModuleIdentities"]![0]!["tcbLevels"]![1]!["tcbDate"] = "2024-01-02T00:00:00Z";
        var result = subject.Verify();
        Assert.Equal(["INTEL-SA-00001", "INTEL-SA-00002", "INTEL-SA-00003"], result.Advisories);
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero), result.TcbDate);
    }

    private static void Reverse(JsonObject json) => json["tcbLevels"] = new JsonArray([.. json["tcbLevels"]!.AsArray().Reverse().Select(l => l!.DeepClone())]);

    private static string Codes(AttestationResult result) =>
        string.Join(' ', result.Checks.Where(c => !c.Passed).Select(c => c.Code).OrderDescending(StringComparer.Ordinal));
}
