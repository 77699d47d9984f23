using System.Diagnostics;
using System.Globalization;

namespace SwarmCompute.Bench;

/// <summary>
/// Two network namespaces with a cable between them and a delay on it: netem's where the kernel has it, otherwise that of a relay process on the first
/// side, through which every connection from side to side goes. Needs root and iproute2. All of it is gone when this is disposed.
/// </summary>
internal sealed class TwoSides : IAsyncDisposable
{
    private const string Cable = "cable";
    private const double DelayMs = 15;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"swarm-bench-{Environment.ProcessId}-");
    private readonly List<string> _made = [];
    private BenchProcess? _relay;

    /// <summary>What makes the delay, for people.</summary>
    public string Delay => _relay is null ? "tc netem, 15 ms each way" : "a relay process, 15 ms each way (this kernel has no netem)";

    public static string Address(int side) => side == 0 ? "192.0.2.1" : "192.0.2.2";

    public string Namespace(int side) => _name + (side == 0 ? "a" : "b");

    public static async Task<TwoSides> Make(CancellationToken cancel)
    {
        var sides = new TwoSides();
        try
        {
            await sides.Build(cancel);
            return sides;
        }
        catch
        {
            await sides.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a process on one side reaches a port of a process on the other or on its own.</summary>
    public async Task<(string Address, int Port)> Route(int from, int to, int port, CancellationToken cancel)
    {
        if (from == to || _relay is null) return (Address(to), port);
        return (Address(0), (await _relay.Ask<StageReply.Listens>(new StageCommand.Relay(Address(0), Address(to), port, DelayMs), cancel)).Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null) await _relay.DisposeAsync();
        foreach (var name in _made)
            if (await Try("ip", $"netns delete {name}", CancellationToken.None) is { } left) Console.Error.WriteLine($"The namespace {name} is left: {left}");
    }

    private async Task Build(CancellationToken cancel)
    {
        for (var side = 0; side < 2; side++)
        {
            await Ip($"netns add {Namespace(side)}", cancel);
            _made.Add(Namespace(side));
        }
        await Ip($"-n {Namespace(0)} link add {Cable} type veth peer name {Cable} netns {Namespace(1)}", cancel);
        var slow = true;
        for (var side = 0; side < 2; side++)
        {
            await Ip($"-n {Namespace(side)} address add {Address(side)}/30 dev {Cable}", cancel);
            await Ip($"-n {Namespace(side)} link set lo up", cancel);
            await Ip($"-n {Namespace(side)} link set {Cable} up", cancel);
        }
        for (var side = 0; side < 2 && slow; side++)
            slow = await Try("ip", $"netns exec {Namespace(side)} tc qdisc add dev {Cable} root netem delay {DelayMs}ms", cancel) is null;
        if (!slow) _relay = BenchProcess.Start("stage", network: Namespace(0));
    }

    private static async Task Ip(string arguments, CancellationToken cancel)
    {
        if (await Try("ip", arguments, cancel) is { } wrong) throw new InvalidOperationException($"ip {arguments} failed: {wrong}. Run this as root, with iproute2.");
    }

    /// <returns>What is wrong; null where it worked.</returns>
    private static async Task<string?> Try(string program, string arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
