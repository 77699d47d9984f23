using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>A real silo in a process of its own.</summary>
internal sealed class SiloRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);      // far more than any of it takes on a busy machine
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Task _logging;
    private JsonNode? _ready;

    private SiloRun(Process process, X509Certificate2 root)
    {
        _process = process;
        _logging = Log();
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = Pinned(root), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(15) };
    }

    public int ProcessId => _process.Id;

    /// <summary>Where its HTTPS API is, once it is ready.</summary>
    public Uri Web => new((string)_ready!["web"]!);

    /// <summary>What it logged so far.</summary>
    public string LogText => string.Join('\n', _log);

    /// <summary>Starts one whose input is this test's, or, as under a service manager, nothing.</summary>
    public static SiloRun Launch(string configurationFile, X509Certificate2 root, bool withoutInput = false)
    {
        string[] command = [Repository.Executable("Silo"), "--config", configurationFile];
        var start = new ProcessStartInfo("/bin/sh", ["-c", withoutInput ? "exec \"$@\" </dev/null" : "exec \"$@\"", "sh", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new SiloRun(Process.Start(start)!, root);
    }

    /// <summary>The first line of its standard output.</summary>
    public async Task<JsonNode> FirstLine(CancellationToken cancel)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancel);
        return line is null ? throw new InvalidOperationException($"The silo said nothing.\n{LogText}") : JsonNode.Parse(line)!;
    }

    public async Task WaitUntilReady(CancellationToken cancel)
    {
        _ready = await FirstLine(cancel);
        if (_ready["ready"] is null) throw new InvalidOperationException($"The silo is not ready: {_ready.ToJsonString()}\n{LogText}");
    }

    public async Task<HttpResponseMessage> Get(string path, CancellationToken cancel) => await _http.GetAsync(new Uri(Web, path), cancel);

    public async Task<HttpResponseMessage> Put(string path, byte[] body, CancellationToken cancel) => await _http.PutAsync(new Uri(Web, path), new ByteArrayContent(body), cancel);

    /// <summary>Asks again and again until the answer is as wanted.</summary>
    /// <exception cref="TimeoutException">It never was; says the last answer, and what the silo logged.</exception>
    public async Task<JsonNode> WaitFor(string path, Func<JsonNode, bool> wanted, CancellationToken cancel)
    {
        var last = "nothing";
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < Patience; await Task.Delay(50, cancel))
        {
            using var response = await Get(path, cancel);
            last = await response.Content.ReadAsStringAsync(cancel);
            if (response.IsSuccessStatusCode && JsonNode.Parse(last) is { } answer && wanted(answer)) return answer;
        }
        throw new TimeoutException($"{path} was last: {last}\n{LogText}");
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    public async Task<int> WaitForExit(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        await _logging.WaitAsync(cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private static SslClientAuthenticationOptions Pinned(X509Certificate2 root) => new()
    {
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            Attestation.PeerCertificate.Refusal(certificate as X509Certificate2, root, TimeProvider.System.GetUtcNow(), out var identity) is null
            && identity is Attestation.SwarmIdentity.Silo,
    };

    private async Task Log()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _log.Enqueue(line);
    }
}
