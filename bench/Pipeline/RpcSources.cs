using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace SwarmCompute.Bench;

/// <summary>
/// llama.cpp's RPC back end, which the prebuilt libraries lack: built once from the sources that the npm package node-llama-cpp carries, at the release
/// of the pinned libraries, and kept.
/// </summary>
internal static class RpcSources
{
    /// <summary>The back end's library, which is built where it is not there yet. Needs npm, tar, git and g++.</summary>
    /// <exception cref="InvalidOperationException">A program is missing or failed, or the package is another than the pinned one.</exception>
    public static async Task<string> Ensure(string repository, string libraries, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(repository, "artifacts", "bench-llama-rpc")).FullName;
        var library = Path.Combine(folder, "libggml-rpc.so");
        if (File.Exists(library)) return library;
        Console.Error.WriteLine("Fetching the sources of llama.cpp and building its RPC back end, once");
        var pin = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(repository, "bench", "llama-rpc", "package.json"), cancel))!["sources"]!;
        var (package, integrity) = ((string)pin["package"]!, (string)pin["integrity"]!);
        var archive = Path.Combine(folder, $"{package.Replace('@', '-')}.tgz");
        await Run(folder, "npm", ["pack", package, "--silent"], cancel);
        await using (var stream = File.OpenRead(archive))
            if (integrity != $"sha512-{Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancel))}")
                throw new InvalidOperationException($"{package} is not the package that bench/llama-rpc/package.json pins.");
        await Run(folder, "tar", ["xzf", archive, "package/llama/gitRelease.bundle"], cancel);
        var sources = Path.Combine(folder, "llama.cpp");
        if (Directory.Exists(sources)) Directory.Delete(sources, recursive: true);
        await Run(folder, "git", ["-c", "advice.detachedHead=false", "clone", "-q", "package/llama/gitRelease.bundle", sources], cancel);
        string[] options = ["-O2", "-fPIC", "-shared", "-std=c++17", "-DGGML_BACKEND_DL", "-DGGML_BACKEND_BUILD", "-DGGML_BACKEND_SHARED", "-DGGML_SHARED"];
        string[] files = ["-Iggml/include", "-Iggml/src", "ggml/src/ggml-rpc/ggml-rpc.cpp", "ggml/src/ggml-rpc/transport.cpp"];
        await Run(sources, "g++", [.. options, .. files, "-o", library + ".part", $"-L{libraries}", "-l:libggml-base.so"], cancel);
        File.Move(library + ".part", library, overwrite: true);
        Directory.Delete(sources, recursive: true);
        return library;
    }

    private static async Task Run(string folder, string program, string[] arguments, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{program} {arguments[0]} ended with {process.ExitCode}: {said.Trim()}"));
    }
}
