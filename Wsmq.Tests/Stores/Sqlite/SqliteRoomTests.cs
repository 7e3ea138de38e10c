using Wsmq.Server.Stores.Sqlite;

namespace Wsmq.Tests.Stores;

/// <summary>The embedded store refuses messages before its disk is full, and accepts them again once there is space.</summary>
public sealed class SqliteRoomTests : IDisposable
{
    private const long Gigabyte = 1L << 30;
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Below_the_disk_reserve_messages_are_refused_and_acks_are_not()
    {
        var free = 10 * Gigabyte;
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), disk: () => new DiskSpace(free, 100 * Gigabyte));
        await h.OpenAsync("bob", "phone");
        var position = await h.AddAsync(Bob);
        h.Store.Usage.Capacity.Should().BeInRange(9 * Gigabyte, 10 * Gigabyte);
        free = Gigabyte / 8;

        await Eventually.That("it is full", () => IsFullAsync(h));
        (await h.AckAsync("bob", "phone", position)).Should().Be(Server.Stores.AckResult.Done);
        free = Gigabyte;

        await Eventually.That("it accepts messages again", async () => !await IsFullAsync(h));
    }

    [Fact]
    public async Task A_small_disk_keeps_a_tenth_free()
    {
        var free = Gigabyte / 8;
        await using var h = await SqliteHarness.StartAsync(_folder.File("wsmq.db"), disk: () => new DiskSpace(free, Gigabyte / 4));
        await h.AddAsync(Bob);
        free = Gigabyte / 64;

        await Eventually.That("it is full", () => IsFullAsync(h));
    }

    [Fact]
    public async Task A_file_does_not_grow_beyond_its_limit_and_its_empty_pages_are_reused()
    {
        var options = new WsmqOptions { Delivery = { AckGrace = TimeSpan.Zero } };
        await using var h = await SqliteHarness.StartAsync(
            _folder.File("wsmq.db"), options, sqlite: new WsmqSqliteOptions { MaxBytes = 4 * 1024 * 1024 });
        await h.OpenAsync("bob", "phone");
        h.Store.Usage.Capacity.Should().Be(4 * 1024 * 1024);
        for (var round = 0; round < 2; round++)
        {
            await Eventually.That("it is full", () => IsFullAsync(h));
            new FileInfo(_folder.File("wsmq.db")).Length.Should().BeLessThan(16 * 1024 * 1024);
            await h.AckAsync("bob", "phone", (await h.StateAsync(Bob)).Tail);
            await Eventually.That("it accepts messages again", async () => !await IsFullAsync(h));
        }
    }

    private static async Task<bool> IsFullAsync(StoreHarness h)
    {
        var refused = await Record.ExceptionAsync(() => h.AddAsync(Bob, new string('x', 20_000)));
        refused?.Should().BeOfType<WsmqException>().Which.Error.Should().Be(WsmqErrors.StoreFull);
        return refused is not null;
    }
}
