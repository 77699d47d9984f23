using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Testing;

/// <summary>Runs test projects one after the other and adds up what each one's own report says; at the end names what failed.</summary>
internal sealed class TestRun(RepositoryRoot root, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan ProjectTimeMax = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    private readonly List<string> _failed = [];

    /// <summary>Returns 0 where every test passed, else 1.</summary>
    public async Task<int> Run(string what, CancellationToken cancel)
    {
        var projects = TestProjects.Select(root, what);
        var total = new TestCount(0, 0);
        foreach (var project in projects) total += await RunProject(project, cancel);
        foreach (var line in _failed) await output.WriteLineAsync(line);
        await output.WriteLineAsync($"{total.Passed} passed, {total.Failed} failed");
        return total.Failed == 0 ? 0 : 1;
    }

    private async Task<TestCount> RunProject(string project, CancellationToken cancel)
    {
        var report = Path.Combine(Directory.CreateDirectory(root.Below("artifacts", "tests")).FullName, project + ".json");
        File.Delete(report);
        await output.WriteLineAsync($"{project} …");
        var began = time.GetTimestamp();
        var fault = await Execute(project, report, cancel);
        var count = Count(project, report);
        if (count is null || (fault is not null && count.Failed == 0)) count = (count ?? new TestCount(0, 0)) + TestCount.Crashed;
        var seconds = time.GetElapsedTime(began).TotalSeconds;
        await output.WriteLineAsync($"{project}: {count.Passed} passed, {count.Failed} failed in {seconds:0.0} s{(fault is null ? "" : $" ({fault})")}");
        return count;
    }

    /// <summary>Runs the project's executable; its failure messages go straight through. Null, or what went wrong with the run as such.</summary>
    private async Task<string?> Execute(string project, string report, CancellationToken cancel)
    {
        var executable = root.Executable(project);
        if (!File.Exists(executable)) return "it is not built; run ./swarm test";
        using var process = new Process { StartInfo = new ProcessStartInfo(executable, ["-noColor", "-noLogo", "-reporter", "quiet", "-result-ctrf", report]) };
        process.StartInfo.WorkingDirectory = root.Path;
        process.Start();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ProjectTimeMax);
        var progress = ShowProgress(project, limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode is 0 or 1 ? null : $"its runner exited with {process.ExitCode}";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            return $"stopped after {ProjectTimeMax.TotalMinutes:0} min";
        }
        finally
        {
            await limit.CancelAsync();
            await progress;
        }
    }

    private async Task ShowProgress(string project, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(ProgressEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel)) await output.WriteLineAsync($"{project} … {time.GetElapsedTime(began).TotalSeconds:0} s");
        }
        catch (OperationCanceledException)
        {
            return;                                          // the project is done
        }
    }

    private TestCount? Count(string project, string report)
    {
        try
        {
            if (!File.Exists(report)) return null;
            var bytes = File.ReadAllBytes(report);
            _failed.AddRange(FailedTests.ReadCtrf(bytes).Select(line => $"FAILED {project}: {line}"));
            return TestCount.ReadCtrf(bytes);
        }
        catch (JsonException)
        {
            return null;                                     // the runner died while it wrote
        }
    }
}
