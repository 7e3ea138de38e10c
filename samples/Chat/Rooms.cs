using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Chat;

/// <summary>The rooms of the app, in a file beside the messages. A real app has them in its database.</summary>
internal sealed class Rooms
{
    private const int IdBytes = 8;
    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private readonly string _file;

    public Rooms(IHostEnvironment host)
    {
        _file = Path.Combine(host.ContentRootPath, "data", "rooms.json");
        var known = File.Exists(_file)
            ? JsonSerializer.Deserialize<Room[]>(File.ReadAllBytes(_file))!
            : [new Room("lobby", "Lobby", "alice", IsAnnouncement: false), new Room("news", "News", "alice", IsAnnouncement: true)];
        foreach (var room in known)
            _rooms[room.Id] = room;
    }

    public IEnumerable<Room> All => _rooms.Values.OrderBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase);

    public Room? Find(string id) => _rooms.GetValueOrDefault(id);

    public Room Add(NewRoom wanted, string owner)
    {
        var room = new Room(RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true), wanted.Name.Trim(), owner, wanted.IsAnnouncement);
        _rooms[room.Id] = room;
        lock (_writing)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            File.WriteAllBytes(_file, JsonSerializer.SerializeToUtf8Bytes(_rooms.Values));
        }

        return room;
    }
}
