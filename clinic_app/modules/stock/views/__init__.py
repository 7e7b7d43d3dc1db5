"""The screens of the stock (库存): on hand, goods-in, alarms, damage, months."""

from flask import Blueprint

blueprint = Blueprint("stock", __name__, url_prefix="/stock", template_folder="../templates")

from clinic_app.modules.stock.views import (  # noqa: E402, F401
    damages,
    goods,
    months,
    watch,
)
