using CsCheck;

namespace SwarmCompute.Vault.Tests;

public sealed class FileAssetStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vault-");
    private readonly FileAssetStore _store;

    public FileAssetStoreTests() => _store = new FileAssetStore(Path.Combine(_directory.FullName, "assets"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_put_is_opened_as_it_was() => await Gen.Byte.Array[0, 5000].SampleAsync(async bytes =>
    {
        var asset = await Put(bytes);
        Assert.Equal(new Asset(Hash32.Sha256(bytes), bytes.Length), asset);
        await using var file = await _store.OpenVerified(asset, Cancel);
        Assert.Equal(bytes, await ReadAll(file));
    }, iter: 30);

    [Fact]
    public async Task An_asset_of_several_buffers_is_stored_whole()
    {
        var bytes = new byte[3_500_000];
        new Random(1).NextBytes(bytes);
        await using var file = await _store.OpenVerified(await Put(bytes), Cancel);
        Assert.Equal(bytes, await ReadAll(file));
    }

    [Fact]
    public async Task The_same_bytes_put_twice_are_one_file()
    {
        await Task.WhenAll(Put([1, 2, 3]), Put([1, 2, 3]), Put([1, 2, 3]));
        Assert.Single(Directory.GetFiles(Path.Combine(_directory.FullName, "assets")));
    }

    [Fact]
    public async Task An_asset_that_is_not_there_is_missing()
    {
        var fault = await Assert.ThrowsAsync<AssetException>(() => _store.OpenVerified(new Asset(Hash32.Sha256([1]), 1), Cancel));
        Assert.Equal(AssetFault.Missing, fault.Fault);
    }

    [Fact]
    public async Task One_changed_byte_is_found()
    {
        var asset = await Put([1, 2, 3]);
        await File.WriteAllBytesAsync(_store.PathOf(asset.Sha256), [1, 2, 4], Cancel);
        var fault = await Assert.ThrowsAsync<AssetException>(() => _store.OpenVerified(asset, Cancel));
        Assert.Equal(AssetFault.Damaged, fault.Fault);
    }

    [Fact]
    public async Task Another_size_is_refused_before_anything_is_read()
    {
        var asset = await Put([1, 2, 3]);
        var fault = Assert.Throws<AssetException>(() => _store.Open(asset with { SizeBytes = 4 }));
        Assert.Equal(AssetFault.WrongSize, fault.Fault);
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_and_leave_nothing_behind()
    {
        var fault = await Assert.ThrowsAsync<AssetException>(() => _store.Put(new MemoryStream(new byte[11]), bytesMax: 10, Cancel));
        Assert.Equal(AssetFault.TooLarge, fault.Fault);
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory.FullName, "assets")));
    }

    [Fact]
    public async Task A_source_that_breaks_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<IOException>(() => _store.Put(new BrokenStream(), bytesMax: 1 << 20, Cancel));
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory.FullName, "assets")));
    }

    private Task<Asset> Put(byte[] bytes) => _store.Put(new MemoryStream(bytes), bytesMax: 10_000_000, Cancel);

    private static async Task<byte[]> ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        return copy.ToArray();
    }

    private sealed class BrokenStream : MemoryStream
    {
        private bool _begun;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_begun) throw new IOException("broken");
            _begun = true;
            return ValueTask.FromResult(Math.Min(100, buffer.Length));
        }
    }
}
