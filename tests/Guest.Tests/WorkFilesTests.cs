using SwarmCompute.Guest.Loader;

namespace SwarmCompute.Guest.Tests;

public sealed class WorkFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    [Fact]
    public void A_stage_file_has_no_name_while_it_is_written_and_read_and_is_for_its_owner_alone()
    {
        var files = WorkFiles.Create(_directory.FullName);
        using (var stage = files.OpenStageFile())
        {
            stage.Write("layers"u8);
            stage.Flush();
            Assert.Empty(Directory.GetFiles(_directory.FullName, "*", SearchOption.AllDirectories));
            Assert.Equal("layers", File.ReadAllText(WorkFiles.PathOf(stage)));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(stage.SafeFileHandle));
        }
        files.Wipe();
        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullName));
    }

    [Fact]
    public void A_second_stage_file_is_another_one()
    {
        var files = WorkFiles.Create(_directory.FullName);
        using var first = files.OpenStageFile();
        using var second = files.OpenStageFile();
        first.Write("layers"u8);
        first.Flush();
        Assert.Equal("", File.ReadAllText(WorkFiles.PathOf(second)));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
