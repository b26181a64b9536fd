// An ordinary ASP.NET Core app that also runs two Python apps. The four lines marked with a number are all it takes;
// the two groups and their routes stand in appsettings.json.

using System.Threading.RateLimiting;

var builder = WebApplication.CreateBuilder(args);
builder.AddProxyGroups();                                                   // 1
builder.Services.AddRateLimiter(limits =>                                   // 2
    limits.AddPolicy("polite", Polite).RejectionStatusCode = StatusCodes.Status429TooManyRequests);

var app = builder.Build();
app.UseRateLimiter();                                                       // 3
app.MapGet("/", () => TypedResults.Text(Pages.Home, "text/html; charset=utf-8"));
app.MapGet("/hello", (string? name) => TypedResults.Text($"Hello, {name ?? "whoever you are"}!"));
app.MapProxyGroups();                                                       // 4
app.Run();

// Drawing is dear: 60 tiles at once (five pages), then 24 a second, for each address. Route "mandelbrot" names it.
static RateLimitPartition<string> Polite(HttpContext context) => RateLimitPartition.GetTokenBucketLimiter(
    context.Connection.RemoteIpAddress?.ToString() ?? "unknown",
    _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = 60,
        TokensPerPeriod = 24,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    });
