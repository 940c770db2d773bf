"""The demo city 汐見区 (Shiomi-ku): an invented coast ward whose data fit together. Data only, no Django."""
