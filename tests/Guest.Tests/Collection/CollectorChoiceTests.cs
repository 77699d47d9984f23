using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Tests.Collection;

public sealed class CollectorChoiceTests
{
    [Theory]
    [InlineData("tdx_guest", "tdx")]
    [InlineData("sev_guest", "sev-snp")]
    [InlineData("arm_cca_guest", "cca")]
    public async Task A_driver_that_is_known_is_taken(string driver, string type)
    {
        var kernel = new EmulatedTsm { Driver = driver };
        Assert.Equal(type, Assert.IsType<CollectorChoice.Hardware>(await Choose(kernel)).Collector.Type);
        Assert.Equal(0, kernel.Left);
    }

    [Fact]
    public async Task A_machine_without_hardware_says_why()
    {
        Assert.Contains("no interface for evidence", await None(new EmulatedTsm { IsPresent = false }), StringComparison.Ordinal);
        Assert.Contains("no driver of a TEE", await None(new EmulatedTsm { Driver = null }), StringComparison.Ordinal);
        Assert.Contains("its driver is 'riscv_cove'", await None(new EmulatedTsm { Driver = "riscv_cove" }), StringComparison.Ordinal);
        Assert.Contains("its driver is 'a?b??'", await None(new EmulatedTsm { Driver = "a\u001bb\n!" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(TsmFault.Denied), "only root may")]
    [InlineData(nameof(TsmFault.Other), "cannot be used: the kernel says Other")]
    [InlineData(nameof(TsmFault.TooLarge), "cannot be used")]
    [InlineData(nameof(TsmFault.Passing), "tried 5 times")]
    public async Task Hardware_that_cannot_be_asked_is_not_taken_for_none(string reason, string why)
    {
        var kernel = new EmulatedTsm { Before = call => { if (call == "read provider") throw EmulatedTsm.Fault(Enum.Parse<TsmFault>(reason)); } };
        Assert.Contains(why, (await Assert.ThrowsAsync<GuestException>(() => Choose(kernel))).Message, StringComparison.Ordinal);
        Assert.Equal(0, kernel.Left);
    }

    private static Task<CollectorChoice> Choose(EmulatedTsm kernel) =>
        CollectorChoice.Make(kernel, TsmCase.Limits, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task<string> None(EmulatedTsm kernel) => Assert.IsType<CollectorChoice.None>(await Choose(kernel)).Why;
}
