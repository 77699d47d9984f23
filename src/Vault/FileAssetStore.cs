using System.Buffers;
using System.Security.Cryptography;

namespace SwarmCompute.Vault;

/// <summary>
/// Assets as files of one directory, each named by its SHA-256 in hexadecimal. The directory is not trusted: whoever uses an asset opens
/// it verified. Any number of processes may use a directory at once.
/// </summary>
/// <param name="directory">The directory; it is made by the first <see cref="Put"/>.</param>
public sealed class FileAssetStore(string directory)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Where an asset lies, whether or not it is there.</summary>
    public string PathOf(Hash32 sha256) => Path.Combine(directory, sha256.ToString());

    /// <summary>Stores the bytes up to the source's end. They are on disk when this returns; before that, the store does not show them.</summary>
    /// <param name="source">Read from where it stands to its end.</param>
    /// <param name="bytesMax">The most bytes that are taken.</param>
    /// <param name="cancel">Ends it; nothing is left behind.</param>
    /// <exception cref="AssetException">The source holds more than <paramref name="bytesMax"/> bytes.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public async Task<Asset> Put(Stream source, long bytesMax, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".put-{Guid.NewGuid():N}");
        try
        {
            var asset = await Write(source, temporary, bytesMax, cancel);
            File.Move(temporary, PathOf(asset.Sha256), overwrite: true);     // the same name is the same bytes
            return asset;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Opens an asset without looking at its bytes.</summary>
    /// <exception cref="AssetException">It is missing, or its file has another size.</exception>
    public FileStream Open(Asset asset)
    {
        var file = TryOpen(asset.Sha256) ?? throw new AssetException(AssetFault.Missing, $"Asset {asset.Sha256} is not in {directory}.");
        if (file.Length == asset.SizeBytes) return file;
        var actual = file.Length;
        file.Dispose();
        throw new AssetException(AssetFault.WrongSize, $"Asset {asset.Sha256} in {directory} has {actual} bytes instead of {asset.SizeBytes}.");
    }

    /// <summary>Opens an asset after reading all of it: the returned file stands at its start, and held the asset's very bytes.</summary>
    /// <exception cref="AssetException">It is missing, or its file has another size or other bytes.</exception>
    public async Task<FileStream> OpenVerified(Asset asset, CancellationToken cancel)
    {
        var file = Open(asset);
        try
        {
            var actual = new Hash32(await SHA256.HashDataAsync(file, cancel));
            if (actual != asset.Sha256 || file.Position != asset.SizeBytes)
                throw new AssetException(AssetFault.Damaged, $"Asset {asset.Sha256} in {directory} is damaged: its bytes have the hash {actual}.");
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private FileStream? TryOpen(Hash32 sha256)
    {
        try
        {
            return new FileStream(
                PathOf(sha256), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = BufferBytes });
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<Asset> Write(Stream source, string path, long bytesMax, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long size = 0;
            for (int count; (count = await source.ReadAsync(buffer, cancel)) > 0;)
            {
                size += count;
                if (size > bytesMax) throw new AssetException(AssetFault.TooLarge, $"The asset has more than {bytesMax} bytes.");
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancel);
            }
            file.Flush(flushToDisk: true);
            return new Asset(new Hash32(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
