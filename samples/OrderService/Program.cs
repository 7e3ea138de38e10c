using OrderService;

var builder = WebApplication.CreateBuilder(args);

// The standard configuration section determines which tokens are accepted; in Development, dotnet user-jwts fills it.
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddAuthorization();
builder.Services.AddWsmq(options => options.Retention.MaxAge = TimeSpan.FromDays(7));
builder.Services.AddSingleton<Orders>();

var app = builder.Build();
app.MapWsmq("/wsmq");

// For the shop's own processes; a real service authorizes only these.
app.MapPost("/orders/{order}/packing/{percent:int}", (string order, int percent, string customer, Orders orders) =>
    orders.PackingAsync(customer, order, percent));
app.MapPost("/orders/{order}/shipped", (string order, string customer, string carrier, Orders orders, CancellationToken cancellationToken) =>
    orders.ShippedAsync(customer, new OrderShipped(order, carrier), cancellationToken));
app.Run();
