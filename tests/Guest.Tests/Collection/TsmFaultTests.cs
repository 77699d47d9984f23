using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Guest.Collection;
using static SwarmCompute.Guest.Tests.Collection.TsmCase;

namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>What the kernel and others do wrong while evidence is collected.</summary>
public sealed class TsmFaultTests
{
    private static readonly string[] Calls =
    [
        "mkdir", "read generation", "read provider", "read privlevel_floor", "write privlevel", "write inblob", "read outblob", "read auxblob", "rmdir",
    ];

    public static TheoryData<string, bool> EveryCall => [.. Calls.SelectMany(c => new[] { (c, false), (c, true) })];

    public static TheoryData<string> EveryCallThatMatters => [.. Calls.Except(["read auxblob", "rmdir"])];

    [Theory, MemberData(nameof(EveryCall))]
    public async Task A_fault_that_passes_costs_nothing_but_another_attempt(string call, bool hadItsEffect)
    {
        var kernel = new EmulatedTsm { Floor = 1 };
        var faults = 0;
        void Fail(string at)
        {
            if (at == call && ++faults == 1) throw EmulatedTsm.Fault(TsmFault.Passing);
        }
        if (hadItsEffect) kernel.After = Fail;
        else kernel.Before = Fail;
        Assert.Equal(EmulatedTsm.EvidenceFor(Bound), (await Collect(kernel)).Document.ToArray());
        Assert.Equal(0, kernel.Left);
    }

    [Theory, MemberData(nameof(EveryCallThatMatters))]
    public async Task A_fault_that_stays_is_one_line_and_leaves_nothing(string call)
    {
        var kernel = new EmulatedTsm { Floor = 1, After = at => { if (at == call) throw EmulatedTsm.Fault(TsmFault.Denied); } };
        Assert.Equal("The driver sev_guest gives no evidence: the kernel says Denied.", await Refused(kernel));
        Assert.Single(kernel.Names);
        Assert.Equal(0, kernel.Left);
    }

    [Fact]
    public async Task A_fault_that_does_not_pass_is_tried_so_many_times()
    {
        var kernel = new EmulatedTsm { Before = at => { if (at == "read outblob") throw EmulatedTsm.Fault(TsmFault.Passing); } };
        Assert.Contains($"tried {Attempts} times", await Refused(kernel), StringComparison.Ordinal);
        Assert.Equal(Attempts, kernel.Names.Count);
        Assert.Equal(0, kernel.Left);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_removed_is_not_passed_over()
    {
        var kernel = new EmulatedTsm { Before = at => { if (at == "rmdir") throw EmulatedTsm.Fault(TsmFault.Other); } };
        Assert.Contains("the kernel says Other", await Refused(kernel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("write inblob")]
    [InlineData("read outblob")]
    [InlineData("read auxblob")]
    public async Task Evidence_in_whose_making_somebody_else_wrote_is_not_taken(string call)
    {
        var kernel = new EmulatedTsm();
        kernel.After = at => { if (at == call && kernel.Names.Count == 1) kernel.Interfere(); };
        Assert.Equal(EmulatedTsm.EvidenceFor(Bound), (await Collect(kernel)).Document.ToArray());
        Assert.Equal(2, kernel.Names.Count);
    }

    [Fact]
    public async Task Somebody_who_always_writes_keeps_the_guest_from_evidence()
    {
        var kernel = new EmulatedTsm();
        kernel.After = at => { if (at == "write inblob") kernel.Interfere(); };
        Assert.Contains("somebody else wrote", await Refused(kernel), StringComparison.Ordinal);
        Assert.Equal(Attempts, kernel.Names.Count);
    }

    [Fact]
    public async Task A_write_that_the_kernel_did_not_count_is_noticed()
    {
        var kernel = new EmulatedTsm { Sign = _ => [1] };
        kernel.Before = at => { if (at == "read generation" && kernel.Written.Count == 0) kernel.Interfere(); };
        Assert.Equal([1], (await Collect(kernel)).Document.ToArray());          // it counts from what it finds
        var deaf = new DeafTsm();
        var collector = new TsmCollector(new TsmWorker(deaf, Limits, TimeProvider.System), "sev_guest");
        var fault = await Assert.ThrowsAsync<GuestException>(() => collector.Collect(Bound, TestContext.Current.CancellationToken));
        Assert.Contains("somebody else wrote", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_waits_longer_than_a_minute_gives_up_and_the_directory_goes_when_the_kernel_lets_go()
    {
        var time = new FakeTimeProvider();
        using var kernel = new SlowTsm();
        var collecting = Collect(kernel.Tsm, time);
        await kernel.Entered.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TsmLimits.Default.Within);
        Assert.Contains("no answer within 60 s", (await Assert.ThrowsAsync<GuestException>(() => collecting)).Message, StringComparison.Ordinal);
        Assert.Equal(1, kernel.Tsm.Left);
        kernel.LetGo();
        await kernel.Tsm.Removed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kernel.Tsm.Left);
    }

    [Fact]
    public async Task Whoever_is_cancelled_does_not_wait_for_the_kernel()
    {
        using var stop = new CancellationTokenSource();
        using var kernel = new SlowTsm();
        var collecting = Collector(kernel.Tsm).Collect(Bound, stop.Token);
        await kernel.Entered.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collecting);
        kernel.LetGo();
        await kernel.Tsm.Removed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whatever_passes_or_interferes_evidence_is_for_the_report_data_and_nothing_is_left()
    {
        await Gen.Int[0, 11].Array[0, 60].SampleAsync(async moves =>
        {
            var at = 0;
            var kernel = new EmulatedTsm { Floor = 1 };
            kernel.Before = _ =>
            {
                var move = at < moves.Length ? moves[at++] : 9;
                if (move == 0) throw EmulatedTsm.Fault(TsmFault.Passing);
                if (move == 1) kernel.Interfere();
            };
            try { Assert.Equal(EmulatedTsm.EvidenceFor(Bound), (await Collect(kernel)).Document.ToArray()); }
            catch (GuestException fault) { Assert.Contains($"tried {Attempts} times", fault.Message, StringComparison.Ordinal); }
            Assert.Equal(0, kernel.Left);
        });
    }

    [Fact]
    public void Pauses_grow_and_end() =>
        Assert.Equal([100, 200, 400, 800, 1600, 2000, 2000], Enumerable.Range(1, 7).Select(i => TsmLimits.Default.PauseAfter(i).TotalMilliseconds));
}
