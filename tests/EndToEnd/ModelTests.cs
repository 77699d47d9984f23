using System.Text.Json;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.EndToEnd;

/// <summary>A model's way into a GGUF file, on the command line.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_imported_and_inspected_and_never_written_over()
    {
        new TinyModel { Stored = "q8_0" }.WriteTo(_folder.File("tiny.gguf"));
        string[] import = ["model", "import", _folder.File("tiny.gguf"), "--out", _folder.File("copy.gguf")];
        var (exitCode, output, errors) = await SwarmCli.Run([.. import, "--json"]);
        Assert.True(exitCode == 0, errors);
        var said = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("llama", 6), (said.GetProperty("architecture").GetString(), said.GetProperty("layers").GetInt32()));
        var inspected = await SwarmCli.Run("model", "inspect", _folder.File("copy.gguf"));
        Assert.Contains("types f32 q8_0", inspected.Output, StringComparison.Ordinal);
        await SwarmCli.Refused("exists already", import);
    }

    [Fact]
    public async Task What_is_no_model_is_refused_in_one_line()
    {
        await SwarmCli.Refused("There is no", "model", "import", _folder.File("none"), "--out", _folder.File("copy.gguf"));
        await SwarmCli.Refused("not a usable GGUF file", "model", "inspect", _folder.Write("text.gguf", "nothing of the kind"u8));
    }
}
