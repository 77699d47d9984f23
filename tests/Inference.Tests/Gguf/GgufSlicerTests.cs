namespace SwarmCompute.Inference.Tests;

public sealed class GgufSlicerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string ModelPath => _directory.File("model.gguf");

    private string StagePath => _directory.File("stage.gguf");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_middle_stage_has_its_layers_and_placeholders_and_no_tokenizer()
    {
        new TinyModel { SettingsPerLayer = true, RopeFactors = true }.WriteTo(ModelPath);
        GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(2, 3), last: false);

        var stage = GgufFile.Read(StagePath);
        Assert.Equal(new GgufStageMark(new(2, 3), Last: false), stage.Stage);
        Assert.Equal((3, 32), (stage.Model.Layers, stage.Model.VocabularySize));
        Assert.False(stage.HasTokenizer);
        Assert.Equal([128L, 128, 128], stage.Find("llama.feed_forward_length")!.Integers);
        Assert.Equal([2L, 2, 2], stage.Find("llama.attention.head_count_kv")!.Integers);
        Assert.NotNull(stage.Tensor("rope_freqs.weight"));
        Assert.Null(stage.Tensor("output.weight"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_last_stage_has_the_head_in_place_of_the_embeddings(bool tiedHead)
    {
        new TinyModel { TiedHead = tiedHead }.WriteTo(ModelPath);
        GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(4, 2), last: true);
        Assert.Equal(Bytes(ModelPath, tiedHead ? "token_embd.weight" : "output.weight"), Bytes(StagePath, "token_embd.weight"));
        Assert.Equal(Bytes(ModelPath, "blk.5.ffn_up.weight"), Bytes(StagePath, "blk.1.ffn_up.weight"));
        Assert.Equal(TinyModel.VocabularySize, GgufFile.Read(StagePath).Model.VocabularySize);
    }

    [Fact]
    public void All_stages_together_hold_every_layer_once()
    {
        new TinyModel().WriteTo(ModelPath);
        var held = new List<string>();
        foreach (var layers in LayerRange.Split(6, 4))
        {
            GgufSlicer.WriteStage(ModelPath, StagePath, layers, last: layers.End == 6);
            held.AddRange(GgufFile.Read(StagePath).Tensors.Where(tensor => tensor.Layer is not null).Select(tensor => tensor.NameInLayer(tensor.Layer!.Value + layers.First)));
        }
        Assert.Equal(GgufFile.Read(ModelPath).Tensors.Where(tensor => tensor.Layer is not null).Select(tensor => tensor.Name), held);
    }

    [Theory, InlineData(-1, 2, false), InlineData(0, 0, false), InlineData(5, 2, true), InlineData(0, 3, true), InlineData(3, 3, false)]
    public void A_range_that_is_not_of_the_model_is_refused(int first, int count, bool last)
    {
        new TinyModel().WriteTo(ModelPath);
        Assert.Throws<ArgumentException>(() => GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(first, count), last));
        Assert.False(File.Exists(StagePath));
    }

    [Fact]
    public void A_stage_is_not_cut_again()
    {
        new TinyModel().WriteTo(ModelPath);
        GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(0, 3), last: false);
        Assert.Contains("is a stage already", Assert.Throws<InvalidGgufException>(
            () => GgufSlicer.WriteStage(StagePath, _directory.File("again.gguf"), new LayerRange(0, 1), last: false)).Message);
    }

    [Fact]
    public void A_stage_that_cannot_be_written_leaves_nothing_behind()
    {
        new TinyModel().WriteTo(ModelPath);
        Directory.CreateDirectory(Path.Combine(StagePath, "occupied"));
        Assert.ThrowsAny<Exception>(() => GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(0, 3), last: false));
        Assert.Equal([ModelPath], Directory.GetFiles(_directory.Root));
    }

    [Fact]
    public void An_open_file_without_a_name_gets_the_same_bytes()
    {
        new TinyModel().WriteTo(ModelPath);
        GgufSlicer.WriteStage(ModelPath, StagePath, new LayerRange(0, 3), last: false);
        var path = _directory.File("unnamed.gguf");
        using var stage = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        GgufSlicer.WriteStage(ModelPath, stage, new LayerRange(0, 3), last: false);
        var again = $"/proc/self/fd/{stage.SafeFileHandle.DangerousGetHandle()}";
        Assert.Equal(File.ReadAllBytes(StagePath), File.ReadAllBytes(again));
        Assert.Equal(new GgufStageMark(new(0, 3), Last: false), GgufFile.Read(again).Stage);
    }

    private static byte[] Bytes(string path, string name)
    {
        var tensor = GgufFile.Read(path).Tensor(name)!;
        return File.ReadAllBytes(path).AsSpan((int)tensor.DataAt, (int)tensor.DataBytes).ToArray();
    }
}
