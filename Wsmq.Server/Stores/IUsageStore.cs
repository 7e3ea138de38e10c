namespace Wsmq.Server.Stores;

/// <summary>Bytes that a user's messages took in one log.</summary>
/// <param name="Name">The address.</param>
/// <param name="Last">The position of the newest of the entries.</param>
/// <param name="Bytes">How many bytes.</param>
internal readonly record struct UsageItem(string Name, WsmqPosition Last, long Bytes);

/// <summary>A charge to the account of a user.</summary>
/// <param name="Items">One for each log.</param>
/// <param name="Permanent">Bytes that are never released: the addresses that the user created.</param>
/// <param name="Apart">
/// From this many bytes on, logs are accounted separately; below, all of them are one item that expires by age only.
/// </param>
/// <param name="Ahead">By how much the charge delays the time at which the user's byte rate is fully available again.</param>
internal sealed record UsageCharge(IReadOnlyList<UsageItem> Items, long Permanent, long Apart, TimeSpan Ahead);

/// <param name="Bytes">All bytes charged to the user, by every node.</param>
/// <param name="Ahead">How long until the user's byte rate, over all nodes, is fully available again.</param>
internal readonly record struct UsageSum(long Bytes, TimeSpan Ahead);

/// <summary>An item as stored: what was charged when, see <see cref="UsageMarks"/>.</summary>
internal readonly record struct UsagePart(string Name, string Marks);

/// <summary>Replaces a part, unless another node changed it first.</summary>
/// <param name="Name">The name of the part.</param>
/// <param name="Before">Its expected marks.</param>
/// <param name="After">Its new marks; empty to remove it.</param>
/// <param name="Bytes">By how much the sum falls.</param>
internal readonly record struct UsageChange(string Name, string Before, string After, long Bytes);

/// <summary>
/// The account of each user: the storage charged to the user. Nodes add charges a few seconds after the appends, and release what is gone;
/// charges older than the longest retention expire by themselves. Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the
/// charge may then have been added.
/// </summary>
internal interface IUsageStore
{
    /// <summary>The capacity of which users have shares, in bytes; known once the store was started.</summary>
    long Capacity { get; }

    /// <summary>The bytes that an entry takes, including its id and its position in the log.</summary>
    long CostOf(int bytes);

    /// <summary>The bytes that an address takes permanently, once it exists.</summary>
    long CostOfAddress(WsmqAddress address);

    Task<UsageSum> AddAsync(string user, UsageCharge charge, CancellationToken cancellationToken);

    /// <summary>All parts that are accounted separately; at most about a thousand.</summary>
    Task<IReadOnlyList<UsagePart>> PartsAsync(string user, CancellationToken cancellationToken);

    /// <summary>
    /// Releases what was charged for entries that were removed before those around them: at most what is left of the charges of the log. What is
    /// not accounted separately is released by age only.
    /// </summary>
    Task ReleaseAsync(string user, IReadOnlyList<UsageItem> items, CancellationToken cancellationToken);

    /// <summary>Applies the changes and returns the new sum.</summary>
    Task<long> ChangeAsync(string user, IReadOnlyList<UsageChange> changes, CancellationToken cancellationToken);
}
