using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

/// <summary>
/// Machines of one test: network namespaces on a bridge, which lies in a namespace of its own. Nothing is made outside them, all names are
/// this run's own, and all of it goes with this object.
/// </summary>
internal sealed class NetworkLab : IAsyncDisposable
{
    private readonly string _run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly List<string> _namespaces = [];

    private static SystemCommand Here { get; } = new(SystemPrograms.Installed, null, TimeProvider.System);

    /// <summary>The namespace of a machine.</summary>
    public string Machine(int number) => string.Create(CultureInfo.InvariantCulture, $"swgtest-{_run}-{number}");

    /// <summary>An interface's name that only this machine of this run has.</summary>
    public string Interface(int number) => string.Create(CultureInfo.InvariantCulture, $"swg{_run}n{number}");

    /// <summary>The address of a machine on the bridge.</summary>
    public static IPAddress Address(int number) => new([192, 0, 2, (byte)(number + 1)]);

    public static async Task<NetworkLab> Make(int machines)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("This test makes network namespaces: run it as root.");
        foreach (var program in new[] { SystemPrograms.Ip, SystemPrograms.Wg, SystemPrograms.WireGuardGo }) SystemPrograms.Installed.Require(program);
        var lab = new NetworkLab();
        try
        {
            var bridge = $"swgtest-{lab._run}-bridge";
            await lab.Namespace(bridge);
            await Ip($"-n {bridge} link add br0 type bridge");
            await Ip($"-n {bridge} link set br0 up");
            for (var number = 0; number < machines; number++) await lab.Plug(number, bridge);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A TCP socket of a machine, usable from any thread.</summary>
    public Task<Socket> Tcp(int number)
    {
        var made = new TaskCompletionSource<Socket>();
        new Thread(() =>
        {
            try
            {
                Enter(Machine(number));                                      // this thread only, which then ends
                made.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                made.SetException(fault);
            }
        }).Start();
        return made.Task;
    }

    public static Task<string> Ip(string arguments) =>
        Here.Run(SystemPrograms.Ip, arguments.Split(' '), default, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        var left = new List<string>();
        foreach (var name in _namespaces)
            if ((await Here.Try(SystemPrograms.Ip, ["netns", "delete", name], default, CancellationToken.None)).Code != 0) left.Add(name);
        Assert.Empty(left);
    }

    private async Task Namespace(string name)
    {
        await Ip($"netns add {name}");
        _namespaces.Add(name);
    }

    private async Task Plug(int number, string bridge)
    {
        await Namespace(Machine(number));
        await Ip($"-n {bridge} link add p{number} type veth peer name eth0 netns {Machine(number)}");
        await Ip($"-n {bridge} link set p{number} master br0 up");
        await Ip($"-n {Machine(number)} address add {Address(number)}/24 dev eth0");
        await Ip($"-n {Machine(number)} link set eth0 up");
        await Ip($"-n {Machine(number)} link set lo up");
    }

    private static void Enter(string name)
    {
        const int NewNetwork = 0x4000_0000;                                  // CLONE_NEWNET, setns(2)
        using var handle = File.OpenHandle($"/var/run/netns/{name}");
        if (SetNs(handle.DangerousGetHandle().ToInt32(), NewNetwork) != 0) throw new IOException($"setns into {name} failed with {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNs(int file, int kind);
}
