using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class GgufFileLaws
{
    private const long AllocationMax = 8 << 20;

    [Fact]
    public void A_file_cut_off_anywhere_is_refused() =>
        Gen.Int[0, GgufBytes.Valid.Length - 33].Sample(length => Assert.NotEmpty(GgufBytes.Refusal(GgufBytes.Valid[..length])), iter: 300, threads: 1);

    [Fact]
    public void A_file_changed_anywhere_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, GgufBytes.Valid.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var bytes = GgufBytes.Valid;
            foreach (var (at, value) in changes) bytes[at] = value;
            ReadBounded(bytes);
        }, iter: 500, threads: 1);

    [Fact]
    public void Metadata_changed_anywhere_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, 9000], Gen.OneOf(Gen.ULong, Gen.Const(ulong.MaxValue), Gen.Const((ulong)long.MaxValue), Gen.Const(0x7FFF_FFFFUL), Gen.Const(0UL)))
            .Array[1, 4].Sample(changes =>
            {
                var bytes = GgufBytes.Valid;
                foreach (var (at, value) in changes) BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
                ReadBounded(bytes);
            }, iter: 1000, threads: 1);

    [Fact]
    public void Any_bytes_after_the_letters_are_read_or_refused() =>
        Gen.Byte.Array[0, 400].Sample(bytes => ReadBounded([.. "GGUF"u8, 3, 0, 0, 0, .. bytes]), iter: 500, threads: 1);

    private static void ReadBounded(byte[] bytes)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        File.WriteAllBytes(path, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            GgufFile.Read(path);
        }
        catch (InvalidGgufException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationMax);
    }
}
