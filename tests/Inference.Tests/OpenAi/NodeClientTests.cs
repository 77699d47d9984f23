using System.Diagnostics;
using SwarmCompute.TestKit;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>The API as OpenAI's own client for Node uses it; its pinned packages are fetched by 'npm ci' where they are missing.</summary>
public sealed class NodeClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_streams_cancels_comes_back_and_reads_all_that_it_asks_for()
    {
        var folder = Repository.PathOf("tests", "Inference.Tests", "node");
        if (!File.Exists(Path.Combine(folder, "node_modules", "openai", "package.json"))) await Run("npm", folder, "ci", "--no-audit", "--no-fund");
        await using var server = await TestServer.Start(Cancel);
        Assert.Equal("ok", (await Run("node", folder, "client.mjs", new Uri(server.Endpoint, "v1").ToString())).Trim());
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
    }

    private static async Task<string> Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            await process.WaitForExitAsync(Cancel);
            Assert.True(process.ExitCode == 0, await error);
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
