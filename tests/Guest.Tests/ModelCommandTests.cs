using System.Text.Json.Nodes;
using SwarmCompute.Inference.Tests;

namespace SwarmCompute.Guest.Tests;

public sealed class ModelCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("model-command-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_that_is_imported_is_described_in_one_line_and_can_be_inspected()
    {
        new HubModel { Stored = "F16" }.WriteTo(File("hub"));
        var (exitCode, imported) = await Run("import-model", File("hub"), "--out", File("model.gguf"));
        Assert.Equal(0, exitCode);
        var expected = new JsonObject
        {
            ["architecture"] = "llama",
            ["name"] = "hub",
            ["layers"] = 3,
            ["embeddingLength"] = 64,
            ["contextTokens"] = 512,
            ["vocabulary"] = 264,
            ["bytes"] = new FileInfo(File("model.gguf")).Length,
            ["types"] = new JsonArray("f32", "f16"),
            ["tokenizer"] = true,
            ["stage"] = false,
        };
        Assert.Equal(expected.ToJsonString(), imported);
        Assert.Equal((0, imported), await Run("inspect-model", File("model.gguf")));
    }

    [Fact]
    public async Task A_refusal_is_one_line_and_exit_code_1()
    {
        new HubModel { Kind = "GemmaForCausalLM" }.WriteTo(File("hub"));
        var (exitCode, line) = await Run("import-model", File("hub"), "--out", File("model.gguf"));
        Assert.Equal(1, exitCode);
        Assert.Contains("its architecture is GemmaForCausalLM", JsonNode.Parse(line)!["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File("model.gguf")));
        Assert.Equal(1, (await Run("inspect-model", File("none.gguf"))).ExitCode);
    }

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<(int ExitCode, string Line)> Run(params string[] arguments)
    {
        await using var process = GuestProcess.Start(arguments);
        var line = await process.ReadLine(TestContext.Current.CancellationToken);
        return (await process.Exited(TestContext.Current.CancellationToken), line);
    }
}
