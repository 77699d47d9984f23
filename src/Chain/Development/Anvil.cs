using System.Diagnostics;
using System.Globalization;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Development;

/// <summary>A development chain in a child process, with the prices and the finality of BNB chain; ended with this object.</summary>
public sealed class Anvil : IAsyncDisposable
{
    private const string ListeningOn = "Listening on ";
    private const int OutputLinesMax = 20;

    /// <summary>
    /// Becomes the program that its arguments name, with the same process id, and leaves a watcher behind that ends the program when this
    /// process is gone, however that happens: then the pipe on standard input closes. Anvil itself does not look at its standard input.
    /// </summary>
    private const string EndsWithUs = """
        exec 3<&0 </dev/null
        { cat <&3; [ "$(cat /proc/$$/comm)" = anvil ] && kill -KILL $$; } >/dev/null 2>&1 &
        exec 3<&-
        exec "$@"
        """;

    private readonly Process _process;
    private readonly Queue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RpcEndpoint? _rpc;

    private Anvil(Process process) => _process = process;

    /// <summary>The ten accounts that anvil funds; their keys are public knowledge, derived from "test test test … junk".</summary>
    public static IReadOnlyList<Account> Accounts { get; } = [.. DevelopmentKeys.Hex.Select(key => Account.FromPrivateKey(Convert.FromHexString(key)))];

    /// <summary>The endpoint.</summary>
    public Uri Rpc => _listening.Task.IsCompletedSuccessfully ? _listening.Task.Result : throw new InvalidOperationException("Anvil has not started.");

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts anvil and waits until it answers.</summary>
    /// <exception cref="ChainException">The program is missing or ends, the port is taken, or no answer comes in time.</exception>
    public static async Task<Anvil> Start(AnvilOptions options, CancellationToken cancel)
    {
        if (!File.Exists(options.BinaryPath))
            throw new ChainException(ChainErrorKind.Unreachable, $"There is no anvil at {options.BinaryPath}; run `npm ci` in native/.");
        var anvil = new Anvil(new Process { StartInfo = StartInfo(options) });
        try
        {
            anvil.Launch();
            await anvil.WaitUntilItAnswers(options, cancel).ConfigureAwait(false);
            return anvil;
        }
        catch (Exception)
        {
            await anvil.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes blocks at once, for example to finalize what is in the newest ones.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task Mine(int blocks, CancellationToken cancel) =>
        await Client.Call("anvil_mine", [Hex.Quantity((UInt128)blocks)], cancel).ConfigureAwait(false);

    /// <summary>Sets the chain's clock forward and makes a block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task AdvanceTime(TimeSpan by, CancellationToken cancel)
    {
        await Client.Call("evm_increaseTime", [Hex.Quantity((UInt128)by.TotalSeconds)], cancel).ConfigureAwait(false);
        await Mine(1, cancel).ConfigureAwait(false);
    }

    /// <summary>Ends the process and whatever it started.</summary>
    public async ValueTask DisposeAsync()
    {
        _rpc?.Dispose();
        if (Started && !_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }
        _process.Dispose();
    }

    private bool Started { get; set; }

    private RpcEndpoint Client => _rpc ?? throw new InvalidOperationException("Anvil has not started.");

    private static ProcessStartInfo StartInfo(AnvilOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SlotsInAnEpoch, 1);
        if (options.BlockTime is { } time) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(10));
        List<string> arguments =
        [
            "--host", "127.0.0.1",
            "--port", options.Port.ToString(CultureInfo.InvariantCulture),
            "--chain-id", options.ChainId.ToString(CultureInfo.InvariantCulture),
            "--hardfork", options.Hardfork,
            "--slots-in-an-epoch", options.SlotsInAnEpoch.ToString(CultureInfo.InvariantCulture),
            "--gas-price", "50000000",
            "--block-base-fee-per-gas", "0",
            "--color", "never",
        ];
        if (options.BlockTime is { } interval) arguments.AddRange(["--block-time", interval.TotalSeconds.ToString(CultureInfo.InvariantCulture)]);
        return new ProcessStartInfo("/bin/sh", ["-c", EndsWithUs, "anvil", options.BinaryPath, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
    }

    /// <summary>Starts the process and reads its output for as long as it lives: a full pipe would stop it.</summary>
    private void Launch()
    {
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        Started = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        if (line.StartsWith(ListeningOn, StringComparison.Ordinal)) _listening.TrySetResult(new Uri($"http://{line[ListeningOn.Length..].Trim()}"));
        lock (_output)
        {
            if (_output.Count == OutputLinesMax) _output.Dequeue();
            _output.Enqueue(line.Trim());
        }
    }

    private string LastWords()
    {
        lock (_output) return string.Join(' ', _output.Where(line => line.Contains("rror", StringComparison.Ordinal)).DefaultIfEmpty(string.Join(' ', _output)));
    }

    private async Task WaitUntilItAnswers(AnvilOptions options, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(options.StartTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await Task.WhenAny(_listening.Task, _process.WaitForExitAsync(either.Token)).ConfigureAwait(false);
            either.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new ChainException(ChainErrorKind.Timeout, $"Anvil did not listen within {options.StartTimeout}: {LastWords()}", e);
        }
        if (!_listening.Task.IsCompleted) throw new ChainException(ChainErrorKind.Unreachable, $"Anvil ended: {LastWords()}");
        _rpc = new RpcEndpoint(Rpc, new RpcLimits(options.StartTimeout), TimeProvider.System);
        await _rpc.Call("eth_chainId", [], cancel).ConfigureAwait(false);
    }
}
