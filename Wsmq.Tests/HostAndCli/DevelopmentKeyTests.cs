using Wsmq.Development;

namespace Wsmq.Tests.HostAndCli;

public sealed class DevelopmentKeyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_key_is_created_once_readable_only_by_its_owner_and_reused()
    {
        var first = DevelopmentKey.LoadOrCreate(_folder.Path);
        var second = DevelopmentKey.LoadOrCreate(_folder.Path);

        first.Should().HaveCount(32).And.Equal(second);
        Directory.GetFiles(_folder.Path).Should().Equal(DevelopmentKey.PathIn(_folder.Path));
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(DevelopmentKey.PathIn(_folder.Path)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Hosts_that_start_concurrently_agree_on_one_key()
    {
        // Many rounds, because a key that is replaced between two reads is rare.
        for (var round = 0; round < 50; round++)
        {
            var folder = Directory.CreateDirectory(_folder.File($"{round}")).FullName;
            var keys = Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(16)
                .Select(_ => Convert.ToHexString(DevelopmentKey.LoadOrCreate(folder))).ToList();

            keys.Distinct().Should().ContainSingle();
            Directory.GetFiles(folder).Should().ContainSingle("drafts are removed");
        }
    }

    [Fact]
    public void A_key_that_other_users_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        DevelopmentKey.LoadOrCreate(_folder.Path);
        File.SetUnixFileMode(DevelopmentKey.PathIn(_folder.Path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var load = () => DevelopmentKey.LoadOrCreate(_folder.Path);

        load.Should().Throw<InvalidDataException>().WithMessage("*open to other users*");
    }

    [Fact]
    public void A_damaged_key_is_refused()
    {
        DevelopmentKey.LoadOrCreate(_folder.Path);
        File.WriteAllText(DevelopmentKey.PathIn(_folder.Path), "c2hvcnQ");

        var load = () => DevelopmentKey.Load(_folder.Path);

        load.Should().Throw<InvalidDataException>().WithMessage("*damaged*");
    }

    public void Dispose() => _folder.Dispose();
}
