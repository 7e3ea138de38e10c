using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// The address of a message: <c>user:&lt;id&gt;</c> for the queue of one user, <c>group:&lt;name&gt;</c> for the log that all members of
/// a group read, or <c>work:&lt;queue&gt;</c> for a work queue. The text is split at the first colon; the name may contain colons,
/// pipes, slashes and spaces (<c>user:auth0|5f…</c>, <c>group:urn:shop:7</c>). Two addresses are equal when kind and name are equal,
/// by ordinal comparison. In JSON an address is its text. The default value is no address: its text <c>user:</c> cannot be parsed, and every
/// call refuses it with <c>invalid-name</c>.
/// </summary>
[JsonConverter(typeof(WsmqAddressConverter))]
public readonly struct WsmqAddress : IEquatable<WsmqAddress>
{
    /// <summary>The maximum length of a name, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 256;

    private readonly string? _name;

    private WsmqAddress(WsmqAddressKind kind, string name)
    {
        Kind = kind;
        _name = name;
    }

    /// <summary>The kind of the address: the part before the first colon.</summary>
    public WsmqAddressKind Kind { get; }

    /// <summary>The part after the first colon: a user's identifier, or the name of a group.</summary>
    public string Name => _name ?? string.Empty;

    /// <summary>
    /// Creates the address of a user's queue. Whether the identifier looks like another one is checked by the server, when the address is
    /// used; the rules are in docs/protocol.md.
    /// </summary>
    /// <param name="id">The user's identifier, as the app's authentication supplies it.</param>
    /// <exception cref="WsmqException">The identifier breaks the rules for names: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress User(string id) => Create(WsmqAddressKind.User, id);

    /// <summary>Creates the address of a group's log.</summary>
    /// <param name="name">The group's name.</param>
    /// <exception cref="WsmqException">The name breaks the rules for names: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress Group(string name) => Create(WsmqAddressKind.Group, name);

    /// <summary>Creates the address of a work queue: each message to it is a job for one of its workers.</summary>
    /// <param name="name">The queue's name.</param>
    /// <exception cref="WsmqException">The name breaks the rules for names: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress Work(string name) => Create(WsmqAddressKind.Work, name);

    /// <summary>Parses an address.</summary>
    /// <param name="text">The text, for example <c>user:bob</c>.</param>
    /// <exception cref="WsmqException">
    /// The text is not an address: <c>invalid-address</c>, <c>unknown-address-kind</c>, <c>invalid-name</c> or <c>name-too-long</c>.
    /// </exception>
    public static WsmqAddress Parse(string? text) =>
        TryParse(text, out var address, out var error, out var detail) ? address : throw new WsmqException(error, detail);

    /// <summary>Parses an address without throwing; returns whether the text is an address.</summary>
    /// <param name="text">The text, for example <c>user:bob</c>.</param>
    /// <param name="address">The address, if the result is true.</param>
    public static bool TryParse(string? text, out WsmqAddress address) => TryParse(text, out address, out _, out _);

    /// <summary>Parses an address without throwing; returns whether the text is an address.</summary>
    /// <param name="text">The text, for example <c>user:bob</c>.</param>
    /// <param name="address">The address, if the result is true.</param>
    /// <param name="error">The error, if the result is false.</param>
    public static bool TryParse(string? text, out WsmqAddress address, [NotNullWhen(false)] out WsmqError? error) =>
        TryParse(text, out address, out error, out _);

    /// <inheritdoc/>
    public bool Equals(WsmqAddress other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WsmqAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, StringComparer.Ordinal.GetHashCode(Name));

    /// <summary>Returns the text <c>kind:name</c>, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Concat(Prefix(Kind), ":", Name);

    /// <summary>Returns whether kind and name are equal.</summary>
    public static bool operator ==(WsmqAddress left, WsmqAddress right) => left.Equals(right);

    /// <summary>Returns whether kind or name differ.</summary>
    public static bool operator !=(WsmqAddress left, WsmqAddress right) => !left.Equals(right);

    private static WsmqAddress Create(WsmqAddressKind kind, string name) =>
        NameRules.Check(name, MaxNameBytes, IsJudged(kind), out var error, out var detail)
            ? new WsmqAddress(kind, name)
            : throw new WsmqException(error, detail);

    private static bool TryParse(string? text, out WsmqAddress address, [NotNullWhen(false)] out WsmqError? error, out string? detail)
    {
        address = default;
        detail = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0)
        {
            error = WsmqErrors.InvalidAddress;
            return false;
        }

        if (KindOf(text.AsSpan(0, colon)) is not { } kind)
        {
            error = WsmqErrors.UnknownAddressKind;
            return false;
        }

        var name = text![(colon + 1)..];
        if (!NameRules.Check(name, MaxNameBytes, IsJudged(kind), out error, out detail))
            return false;
        address = new WsmqAddress(kind, name);
        return true;
    }

    // User identifiers come from the identity provider: the server judges them, unless an option of the app declares them trusted.
    private static bool IsJudged(WsmqAddressKind kind) => kind != WsmqAddressKind.User;

    private static WsmqAddressKind? KindOf(ReadOnlySpan<char> prefix) => prefix switch
    {
        "user" => WsmqAddressKind.User,
        "group" => WsmqAddressKind.Group,
        "work" => WsmqAddressKind.Work,
        _ => null,
    };

    internal static string Prefix(WsmqAddressKind kind) => kind switch
    {
        WsmqAddressKind.User => "user",
        WsmqAddressKind.Group => "group",
        _ => "work",
    };
}
