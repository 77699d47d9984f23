using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.EndToEnd;

/// <summary>Runs the built command line as a person does, and finds every process that it started, however deep.</summary>
internal sealed partial class SwarmCli : IAsyncDisposable
{
    private const string Marker = "SWARM_END_TO_END";
    private static readonly TimeSpan RunTimeMax = TimeSpan.FromMinutes(8);

    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private SwarmCli(IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Path.Combine(Root, "artifacts", "bin", "Client", "release", "SwarmCompute.Client"), arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        _process.StartInfo.Environment[Marker] = _run;       // which its children inherit
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Root { get; } = FindRoot();

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public int ProcessId => _process.Id;

    public static SwarmCli Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(params IEnumerable<string> arguments)
    {
        await using var cli = Start(arguments);
        var exitCode = await cli.Exit();
        Assert.Empty(cli.Left());
        return (exitCode, cli.Output, cli.Errors);
    }

    /// <summary>Runs a command that must fail: exit code 1, and one line that says this.</summary>
    public static async Task Refused(string said, params IEnumerable<string> arguments)
    {
        var (exitCode, output, errors) = await Run(arguments);
        Assert.True(exitCode == 1, $"exit code {exitCode}: {output}{errors}");
        Assert.Empty(output);
        var line = Assert.Single(errors.Split('\n'), l => l.StartsWith("swarm: ", StringComparison.Ordinal));
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    public async Task<int> Exit()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(RunTimeMax);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has said this.</summary>
    public async Task Said(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(RunTimeMax);
        while (!(Output + Errors).Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"it ended before it said '{text}': {Output}{Errors}");
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Types this, and ends its input.</summary>
    public void Type(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Close();
    }

    public void Signal(Signals signal) => Assert.Equal(0, Kill(_process.Id, (int)signal));

    /// <summary>What still runs of all that this command started, itself included.</summary>
    public IReadOnlyList<string> Left()
    {
        var left = new List<string>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                if (!File.ReadAllText(Path.Combine(folder, "environ")).Contains($"{Marker}={_run}", StringComparison.Ordinal)) continue;
                left.Add(Path.GetFileName(folder) + " " + File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;                                    // it ended while it was looked at, or is another user's
            }
        }
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private static void Add(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.AppendLine(line);
    }

    private static string Text(StringBuilder from)
    {
        lock (from) return from.ToString();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "SwarmCompute.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
